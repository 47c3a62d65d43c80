package specs

import (
	"fmt"
	"slices"
)

// A headcount is how many participants a kind of pattern needs and takes; most
// 0 is any number.
type headcount struct{ least, most int }

func headcounts() map[string]headcount {
	return map[string]headcount{
		"chat": {1, 0}, "round_robin": {1, 0}, "random": {2, 0}, "sequential": {1, 0}, "parallel": {1, 0},
		"map": {1, 1}, "loop": {1, 0}, "selector": {1, 0}, "moderated": {1, 0}, "handoff": {1, 0},
		"debate": {2, 0}, "vote": {1, 0}, "plan_execute": {1, 0}, "magentic": {1, 0}, "auction": {1, 0},
	}
}

func (c *domain) pattern(p *Pattern) {
	c.headcount(p)
	if p.Kind != "sequential" && p.Kind != "loop" {
		c.participantsTwice(p)
	}
	if p.Start != "" && p.Graph == nil {
		c.member(p, "start", p.Start, "start")
	}
	c.rolesFit(p)
	switch {
	case p.Parallel != nil:
		c.parallel(p)
	case p.Loop != nil:
		c.loop(p)
	case p.Selector != nil:
		c.selector(p)
	case p.Handoff != nil:
		c.table(p, "allow", p.Handoff.Allow)
		c.transferTools(p)
	case p.Kind == "supervisor" && p.Manager != nil:
		c.workerTools(p)
	case p.Router != nil:
		c.router(p)
	case p.Vote != nil:
		c.vote(p)
	case p.Graph != nil:
		c.graph(p)
	case p.Blackboard != nil:
		c.blackboard(p)
	}
}

func (c *domain) headcount(p *Pattern) {
	need, known := headcounts()[p.Kind]
	have := len(p.names())
	if p.Kind == "supervisor" {
		need, known = headcount{1, 0}, true
	}
	switch {
	case !known:
	case have < need.least:
		c.report(codeTooFew, p.address(), p.Arg("participants"),
			"A pattern of kind %s needs at least %s; it has %d.", p.Kind, plural(need.least, "participant"), have)
	case need.most > 0 && have > need.most:
		c.report(codeTooMany, p.address(), p.Arg("participants"),
			"A pattern of kind %s takes at most %s; it has %d.", p.Kind, plural(need.most, "participant"), have)
	}
}

func (p *Pattern) address() string { return "pattern." + p.Name }

// names are the bare names of those who can be given the floor.
func (p *Pattern) names() []string {
	refs := slices.Clone(p.Participants)
	if p.Selector != nil {
		refs = append(refs, p.Selector.Candidates...)
	}
	if p.Manager != nil {
		refs = append(refs, p.Manager.Workers...)
	}
	out, seen := make([]string, 0, len(refs)), map[string]bool{}
	for _, ref := range refs {
		if !seen[ref.Name] {
			seen[ref.Name] = true
			out = append(out, ref.Name)
		}
	}
	return out
}

// participantsTwice is not for patterns where the order is a course of work:
// there somebody may well come twice.
func (c *domain) participantsTwice(p *Pattern) {
	c.refsTwice(p, "participants", p.Participants)
	if _, own := p.Args["candidates"]; own && p.Selector != nil {
		c.refsTwice(p, "candidates", p.Selector.Candidates)
	}
	if _, own := p.Args["workers"]; own && p.Manager != nil {
		c.refsTwice(p, "workers", p.Manager.Workers)
	}
}

func (c *domain) refsTwice(p *Pattern, what string, list []Ref) {
	refs := make([]string, len(list))
	for i, ref := range list {
		refs[i] = string(ref.Kind) + "." + ref.Name
	}
	c.twice(p.address(), what, refs, func(i int) Range { return list[i].Range })
}

// member reports a name that is none of the participants.
func (c *domain) member(p *Pattern, arg, name, what string) {
	known, asked := c.members[p]
	if !asked {
		known = p.names()
		c.members[p] = known
	}
	if !slices.Contains(known, name) {
		c.report(codeNotParticipant, p.address(), p.Arg(arg),
			"%s names %q, who does not take part in the pattern.%s", what, name, c.meant(name, known))
	}
}

// table checks both sides of transitions and allow.
func (c *domain) table(p *Pattern, arg string, table map[string][]string) {
	for _, from := range sortedKeys(table) {
		c.member(p, arg, from, arg)
		c.twice(p.address(), arg+"."+from, table[from], everyAt(p.Arg(arg)))
		for _, to := range table[from] {
			c.member(p, arg, to, arg+"."+from)
		}
	}
}

func (c *domain) parallel(p *Pattern) {
	if n := len(p.Participants); p.Parallel.Join > n && n > 0 {
		c.report(codeJoin, p.address(), p.Arg("join"),
			"join = %d waits for more answers than the %s can give.", p.Parallel.Join, plural(n, "participant"))
	}
}

func (c *domain) loop(p *Pattern) {
	l := p.Loop
	if (l.Until != nil) == (l.Critic != nil) {
		// Where until does not compile, it is written all the same.
		if _, written := p.Args["until"]; !written || l.Critic != nil {
			c.report(codeAcceptance, p.address(), p.Arg("until"),
				"A loop ends when until = \"…\" is true or critic = agent.x accepts; it has %s.", bothOrNone(l.Critic != nil))
		}
	}
	if l.Keep == "best" && l.Critic == nil {
		c.report(codeKeepBest, p.address(), p.Arg("keep"),
			"keep = \"best\" compares the scores of a critic, and the loop has none. Add critic = agent.x or write keep = \"last\".")
	}
}

func (c *domain) selector(p *Pattern) {
	s := p.Selector
	_, rule := p.Args["rule"]
	rule = rule || s.Rule != nil
	switch {
	case p.Kind == "moderated" && (rule || s.Chair == nil):
		c.report(codeSelection, p.address(), p.Arg("rule"),
			"The chair of a moderated pattern decides and writes the final message: it needs chair = agent.x and no rule.")
	case p.Kind == "selector" && rule == (s.Chair != nil):
		c.report(codeSelection, p.address(), p.Arg("rule"),
			"The next speaker is named by rule = \"…\" or chosen by chair = agent.x; the pattern has %s.", bothOrNone(rule))
	}
	c.table(p, "transitions", s.Transitions)
	if s.Fallback != nil {
		c.member(p, "fallback", s.Fallback.Name, "fallback")
	}
	if len(p.Participants) == 0 {
		return
	}
	for _, candidate := range s.Candidates {
		if !slices.ContainsFunc(p.Participants, candidate.same) {
			c.report(codeNotParticipant, p.address(), candidate.Range,
				"candidates names %q, who does not take part in the pattern.%s", candidate.Name,
				c.meant(candidate.Name, refNames(p.Participants)))
		}
	}
}

func (r Ref) same(other Ref) bool { return r.Kind == other.Kind && r.Name == other.Name }

func refNames(refs []Ref) []string {
	out := make([]string, len(refs))
	for i, ref := range refs {
		out[i] = ref.Name
	}
	return out
}

func (c *domain) router(p *Pattern) {
	var labels []string
	for _, route := range p.Router.Routes {
		labels = append(labels, route.Name)
		if route.When == nil && p.Router.Classifier == nil && !whenWritten(p, route.Name) {
			c.report(codeClassifier, p.address(), route.Range,
				"The route %q has no when, so a model must choose it: add classifier = agent.x to the router, or when = \"…\" to the route.", route.Name)
		}
		if route.When == nil && p.Router.Classifier != nil && route.Describe == "" && !whenWritten(p, route.Name) {
			c.report(codeClassifier, p.address(), route.Range,
				"The classifier chooses the route %q by what it is for: add describe = \"…\".", route.Name)
		}
	}
	c.twice(p.address(), "the routes", labels, func(i int) Range { return p.Router.Routes[i].Range })
	if len(labels) == 0 {
		c.report(codeClassifier, p.address(), p.Range, "A router without routes always takes its default; add route \"…\" { to = … }.")
	}
}

// whenWritten says that a route has a condition, one that did not compile.
func whenWritten(p *Pattern, route string) bool {
	_, ok := p.Args[fmt.Sprintf("route.%s.when", route)]
	return ok
}

func (c *domain) blackboard(p *Pattern) {
	if len(p.Blackboard.Rules) == 0 {
		c.report(codeBoardRules, p.address(), p.Range, "A blackboard acts by its rules: add rule { run = agent.x }.")
	}
	if len(p.Participants) == 0 {
		return
	}
	for _, rule := range p.Blackboard.Rules {
		if !slices.ContainsFunc(p.Participants, rule.Run.same) {
			c.report(codeNotParticipant, p.address(), rule.Run.Range,
				"run names %q, who does not take part in the pattern.%s", rule.Run.Name,
				c.meant(rule.Run.Name, refNames(p.Participants)))
		}
	}
}
