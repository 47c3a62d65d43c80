package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// What a point says beside its name.
const (
	coverRetry    = "a call is made again"
	coverRepair   = "an answer that does not fit is sent back"
	coverSummed   = "its memory is summed up"
	coverCalled   = "it gives a result"
	coverToolErr  = "it fails"
	coverAllowed  = "a person allows it"
	coverDenied   = "a person does not allow it"
	coverReplans  = "it plans anew"
	coverFallback = "the fallback speaks"
	coverTie      = "there is a tie"
	coverDefault  = "the default route"
	coverFinal    = "the last turn is taken"
)

func coverOnError(n *node) string         { return "on_error = " + n.spec.OnError }
func coverFallsBack(to string) string     { return "it falls back to provider." + to }
func coverAsks(role string) string        { return "it asks for " + role }
func coverRoute(name string) string       { return fmt.Sprintf("the route %q", name) }
func coverHands(from, to string) string   { return fmt.Sprintf("%s hands over to %s", from, to) }
func coverFollows(from, to string) string { return fmt.Sprintf("%s is followed by %s", from, to) }
func coverEnds(why string) string         { return "it ends: " + why }
func coverWaits(limit string) string      { return limit + " is reached" }

func coverEdge(from, to, when string) string {
	if when == "" {
		return fmt.Sprintf("from %s to %s", from, to)
	}
	return fmt.Sprintf("from %s to %s when %s", from, to, when)
}

func pointAt(kind, name, what string, at specs.Range) Point {
	p := Point{Kind: kind, Name: name, What: what}
	p.File, p.Line = place(at)
	return p
}

// points visits all that sessions of a template may do.
func (t *Template) points(visit func(Point)) {
	for _, name := range t.order {
		if a := t.agents[name]; a != nil {
			visit(pointAt(CoverParticipant, "agent."+name, "", a.spec.Range))
			a.points(visit)
			continue
		}
		h := t.humans[name].spec
		visit(pointAt(CoverParticipant, "human."+name, "", h.Range))
		if h.Timeout > 0 {
			visit(pointAt(CoverError, "human."+name, "on_timeout", h.Arg("timeout")))
		}
	}
	t.root.points(map[*node]bool{}, visit)
	for _, s := range t.stops {
		visit(pointAt(CoverStop, s.address(), "", s.spec.Range))
	}
	for _, name := range slices.Sorted(maps.Keys(t.spec.Args)) {
		if isLimit(name) {
			visit(pointAt(CoverLimit, name, "", t.spec.Arg(name)))
		}
	}
	if t.finalize != nil {
		visit(pointAt(CoverLimit, "finalize", coverFinal, t.spec.Arg("finalize")))
	}
}

// addressOf is the address of a participant.
func (t *Template) addressOf(name string) string {
	if t.humans[name] != nil {
		return "human." + name
	}
	return "agent." + name
}

// isLimit says whether an argument of a session is a limit.
func isLimit(argument string) bool {
	return strings.HasPrefix(argument, "limits.") || argument == "lifetime" || argument == "idle_timeout"
}

// points are what an agent may come to.
func (a *agent) points(visit func(Point)) {
	name := "agent." + a.spec.Name
	for i := range a.chain {
		set := &a.chain[i].entry.Settings
		if set.Retry.Attempts > 1 {
			visit(Point{Kind: CoverError, Name: "provider." + set.Name, What: coverRetry})
		}
		if i > 0 {
			visit(pointAt(CoverError, name, coverFallsBack(set.Name), a.spec.Arg("provider")))
		}
	}
	if a.schema != nil {
		visit(pointAt(CoverError, name, coverRepair, a.spec.Arg("output")))
	}
	if a.summarizer != nil {
		visit(pointAt(CoverPath, name, coverSummed, a.spec.Arg("memory.summarize")))
	}
	l := a.spec.Limits
	if l.TokensPerMinute > 0 {
		visit(pointAt(CoverLimit, name, coverWaits("limits.tokens_per_minute"), a.spec.Arg("limits.tokens_per_minute")))
	}
	if l.TokensPerHour > 0 {
		visit(pointAt(CoverLimit, name, coverWaits("limits.tokens_per_hour"), a.spec.Arg("limits.tokens_per_hour")))
	}
	for _, spec := range a.tools {
		a.toolPoints(a.runs[spec.Name], visit)
	}
	for _, set := range a.sets {
		a.toolPoints(set, visit)
	}
}

func (a *agent) toolPoints(t Tool, visit func(Point)) {
	at := a.spec.Arg("tools")
	name := "tool." + a.blocks[t.Spec.Name]
	visit(pointAt(CoverTool, name, coverCalled, at))
	visit(pointAt(CoverError, name, coverToolErr, at))
	if t.Approval {
		visit(pointAt(CoverTool, name, coverAllowed, at))
		visit(pointAt(CoverError, name, coverDenied, at))
	}
}

func (n *node) address() string {
	if n.kind == "chat" && len(n.slots) == 1 && n.spec.Participants[0].Kind == specs.RefAgent && n.spec.Args == nil {
		return "session." + n.name // that names an agent alone
	}
	return "pattern." + n.name
}

// points are the ways that a pattern and those in it may take.
func (n *node) points(seen map[*node]bool, visit func(Point)) {
	if seen[n] {
		return
	}
	seen[n] = true
	path := func(what string, at specs.Range) { visit(pointAt(CoverPath, n.address(), what, at)) }
	for i := range n.slots {
		path(n.runs(i), n.spec.Range)
	}
	for _, role := range slices.Sorted(maps.Keys(n.asks)) {
		if role != roleCasting || n.spec.Vote.TieBreaker != nil {
			path(coverAsks(role), n.spec.Range)
		}
	}
	n.edges(path)
	for _, why := range n.ends() {
		path(coverEnds(why), n.spec.Range)
	}
	if _, declared := n.spec.Args["on_error"]; declared {
		visit(pointAt(CoverError, n.address(), coverOnError(n), n.spec.Arg("on_error")))
	}
	for i := range n.slots {
		if in := n.slots[i].node; in != nil {
			in.points(seen, visit)
		}
	}
}

// runs says what it is that a slot begins.
func (n *node) runs(slot int) string {
	s := &n.slots[slot]
	switch n.kind {
	case "graph":
		return "it runs node " + s.name
	case "blackboard":
		return fmt.Sprintf("it runs %s by rule %d", s.name, slot+1)
	default:
		return "it runs " + s.name
	}
}

// edges are the ways between the participants of a pattern.
func (n *node) edges(path func(what string, at specs.Range)) {
	switch a := n.spec; {
	case a.Graph != nil:
		for _, e := range a.Graph.Edges {
			when := ""
			if e.When != nil {
				when = e.When.Text()
			}
			path(coverEdge(e.From, e.To, when), e.Range)
		}
	case a.Router != nil:
		for _, r := range a.Router.Routes {
			path(coverRoute(r.Name), r.Range)
		}
		path(coverDefault, a.Arg("default"))
	case a.Handoff != nil:
		p, _ := n.pattern.(handoff)
		for from, targets := range p.targets {
			for _, to := range targets {
				path(coverHands(n.slots[from].name, n.slots[to].name), a.Range)
			}
		}
	case a.Selector != nil:
		for _, from := range slices.Sorted(maps.Keys(a.Selector.Transitions)) {
			for _, to := range a.Selector.Transitions[from] {
				path(coverFollows(from, to), a.Arg("transitions"))
			}
		}
		if a.Selector.Fallback != nil {
			path(coverFallback, a.Arg("fallback"))
		}
	case a.Vote != nil && a.Vote.Strategy != "average":
		path(coverTie, a.Range)
	case a.PlanExecute != nil && a.PlanExecute.MaxReplans > 0, a.Kind == "magentic" && a.Manager.MaxResets > 0:
		path(coverReplans, a.Range)
	}
}

// ends are the ways in which a pattern may come to its end where there is more
// than one.
func (n *node) ends() []string {
	switch a := n.spec; {
	case a.Loop != nil:
		return []string{leftDone, leftMaxIterations}
	case a.Selector != nil && a.Selector.Rule != nil && a.MaxRounds > 0, a.Debate != nil && a.Debate.Until != nil && a.Debate.Judge == nil:
		return []string{leftDone, leftMaxRounds}
	case a.Kind == "magentic":
		return []string{leftDone, leftMaxRounds, leftStalled}
	case a.Kind == "auction":
		return []string{leftDone, leftMaxRounds}
	case a.PlanExecute != nil && a.PlanExecute.Approve != nil:
		return []string{leftDone, leftRefused}
	case a.Blackboard != nil && a.Blackboard.Goal != nil:
		return []string{leftDone, leftMaxActions, leftStuck}
	default:
		return nil
	}
}
