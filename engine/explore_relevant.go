package engine

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// relevance says what of a state decides what may follow. What does not is left
// out when states are compared: how often and in which words something was said
// that no condition, limit or pattern of the template can tell apart.
type relevance struct {
	// all is for tests: states are one only when everything is the same.
	all bool
	// sizes says that it matters how long texts are and what calls have taken.
	// There are too many numbers: those of about the same size are one. calls and
	// toolCalls are how many calls there were.
	sizes, calls, toolCalls bool
	// texts are those of every message, as they are.
	texts bool
	// Else those of the last message, of the first, of each agent's last, of
	// each pattern's last, and of all: as they are, where whole is set, or what
	// the tests say of them.
	last, first, own, here, every, whole bool
	tests                                []specs.TextTest
	// data are structured outputs, persons what persons say. With a board any
	// text may be data.
	data, persons, board bool
	// story says that it matters who spoke, and how often.
	story bool
}

func (t *Template) relevance() *relevance {
	r := &relevance{texts: len(t.watched) > 0}
	for i := range t.limits {
		switch t.limits[i].name {
		case "max_tokens", "max_cost":
			r.sizes = true
		case "max_calls":
			r.calls = true
		case "max_tool_calls":
			r.toolCalls = true
		}
	}
	for _, a := range t.agents {
		l := a.spec.Limits
		r.sizes = r.sizes || l.TokensPerMinute > 0 || l.TokensPerHour > 0 || a.window.tokens > 0 || a.summarizer != nil
		r.texts = r.texts || a.spec.Sees == "addressed"
	}
	r.persons = t.root.any(func(n *node) bool { return n.kind == "chat" && len(n.slots) > 1 || n.kind == "vote" })
	r.board = t.root.any(func(n *node) bool { return n.kind == "blackboard" })
	for _, e := range t.conditions() {
		p := e.Probes()
		r.whole = r.whole || p.Whole
		r.tests = append(r.tests, p.Contents...)
		for _, seen := range e.Seen(nil) {
			r.read(seen.Name)
		}
	}
	r.story = t.tells(r)
	return r
}

// any says whether something is so of a pattern or of one in it.
func (n *node) any(is func(*node) bool) bool {
	return is(n) || slices.ContainsFunc(n.slots, func(s slot) bool { return s.node != nil && s.node.any(is) })
}

// read notes a name that a condition reads.
func (r *relevance) read(name string) {
	root, rest, _ := strings.Cut(strings.ReplaceAll(name, "[", "."), ".")
	message := rest == "" || strings.Contains(rest, "content") || strings.Contains(rest, "data")
	switch root {
	case "usage":
		r.sizes = true
	case "calls":
		r.calls = true
	case "tool_calls":
		r.toolCalls = true
	case "last":
		r.last = r.last || message
	case "first":
		r.first = r.first || message
	case "messages":
		r.every = true
	case "agents":
		r.own = r.own || !strings.HasSuffix(rest, ".turns") && !strings.HasSuffix(rest, ".tokens")
		r.sizes = r.sizes || !strings.HasSuffix(rest, ".turns") && !strings.Contains(rest, ".last")
	case "here":
		r.here = r.here || rest != "turns" && rest != "rounds"
	}
	r.data = r.data || root == "messages" || rest == "" || root == "data" || strings.Contains(rest, "data") || strings.HasSuffix(rest, "last")
}

// conditions are all that a template's session decides by.
func (t *Template) conditions() []*specs.Expr {
	var list []*specs.Expr
	add := func(e *specs.Expr) {
		if e != nil {
			list = append(list, e)
		}
	}
	var ofStop func(s *stop)
	ofStop = func(s *stop) {
		add(s.spec.When)
		for _, p := range s.parts {
			ofStop(p)
		}
	}
	for _, s := range t.stops {
		ofStop(s)
	}
	var of func(n *node)
	of = func(n *node) {
		for _, e := range conditionsOf(n.spec) {
			add(e)
		}
		for i := range n.slots {
			if n.slots[i].node != nil {
				of(n.slots[i].node)
			}
		}
	}
	of(t.root)
	return list
}

// conditionsOf are the conditions of a pattern.
func conditionsOf(p *specs.Pattern) (list []*specs.Expr) {
	if p.Loop != nil {
		list = append(list, p.Loop.Until)
	}
	if p.Debate != nil {
		list = append(list, p.Debate.Until)
	}
	if p.Map != nil {
		list = append(list, p.Map.Items)
	}
	if p.Selector != nil {
		list = append(list, p.Selector.Rule)
	}
	if p.Router != nil {
		for i := range p.Router.Routes {
			list = append(list, p.Router.Routes[i].When)
		}
	}
	if p.Graph != nil {
		for i := range p.Graph.Edges {
			list = append(list, p.Graph.Edges[i].When)
		}
	}
	if p.Blackboard != nil {
		list = append(list, p.Blackboard.Goal)
		for i := range p.Blackboard.Rules {
			list = append(list, p.Blackboard.Rules[i].When)
		}
	}
	return list
}

// kept are the messages whose texts matter beside those of persons.
func (r *relevance) kept(w *world) map[int]bool {
	list := w.st.messages
	keep := map[int]bool{}
	if r.last && len(list) > 0 {
		keep[len(list)-1] = true
	}
	if r.first && len(list) > 0 {
		keep[0] = true
	}
	if r.here {
		for _, f := range w.st.frames {
			if f.lastMsg >= 0 {
				keep[f.lastMsg] = true
			}
		}
	}
	last := map[string]int{}
	for i := range list {
		keep[i] = keep[i] || r.every
		if r.own || r.data && list[i].data {
			last[list[i].sender] = i
		}
	}
	for _, i := range last {
		keep[i] = true
	}
	return keep
}

// class is what conditions see of a text: all of it, or what they ask.
func (r *relevance) class(text string) string {
	if r.whole {
		return text
	}
	b := make([]byte, len(r.tests)+1)
	if strings.TrimSpace(text) == "" {
		b[0] = 1
	}
	for i := range r.tests {
		if r.tests[i].Of(text) {
			b[i+1] = 1
		}
	}
	return string(b)
}

// told is what tells an answer from others: all of it, or its class.
func (r *relevance) told(text string) string {
	switch {
	case r.all || r.texts || r.board && r.data:
		return text
	case r.sizes:
		return r.class(text) + strconv.FormatBool(len(text) > 2*len(exploredShort))
	case r.last || r.first || r.own || r.here || r.every:
		return r.class(text)
	default:
		return strconv.FormatBool(strings.TrimSpace(text) == "")
	}
}

// budgetLevels is into how many parts budgets are divided.
const budgetLevels = 8

// levels are what was taken, about, where that matters.
func (r *relevance) levels(st *State) (list []int) {
	if !r.sizes {
		return nil
	}
	budget := false
	for i := range st.t.limits {
		if l := &st.t.limits[i]; l.budget {
			budget = true
			list = append(list, int(budgetLevels*l.count(st)/l.max))
		}
	}
	if !budget {
		list = append(list, bits.Len(uint(max(0, st.env.Usage.TotalTokens)))) //nolint:gosec // not below 0
	}
	for _, name := range st.t.order {
		if a := st.t.agents[name]; a != nil && (a.spec.Limits.TokensPerMinute > 0 || a.spec.Limits.TokensPerHour > 0) {
			list = append(list, bits.Len(uint(max(0, st.env.Agents[name].Tokens)))) //nolint:gosec // not below 0
		}
	}
	return list
}
