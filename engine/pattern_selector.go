package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// selector lets a rule name who speaks next. One decision is a round.
type selector struct {
	rule        *specs.Expr
	candidates  []int // slots
	fallback    int   // slot, or -1
	allowRepeat bool
	transitions map[string][]string
}

func (c *compiler) selector(n *node) Pattern {
	a := n.spec.Selector
	p := selector{rule: a.Rule, fallback: -1, allowRepeat: a.AllowRepeat, transitions: a.Transitions}
	if a.Rule == nil {
		c.notYet("A selector with a chair", n.spec.Arg("chair"))
		return p
	}
	for _, ref := range a.Candidates {
		if n.slotNamed(ref.Name) < 0 {
			n.slots = append(n.slots, c.slot(ref.Name, ref))
		}
		p.candidates = append(p.candidates, n.slotNamed(ref.Name))
	}
	if len(a.Candidates) == 0 {
		for slot := range n.slots {
			p.candidates = append(p.candidates, slot)
		}
	}
	if a.Fallback != nil {
		if p.fallback = n.slotNamed(a.Fallback.Name); p.fallback < 0 {
			p.fallback = len(n.slots)
			n.slots = append(n.slots, c.slot(a.Fallback.Name, *a.Fallback))
		}
	}
	return p
}

// Next implements [Pattern].
func (p selector) Next(st *State, f *Frame) Move {
	if len(f.open) > 0 {
		return Move{}
	}
	if len(f.pass) > 0 {
		return Move{Round: true}
	}
	if why := full(f); why != "" {
		return done(why)
	}
	if !slices.ContainsFunc(p.candidates, func(slot int) bool { return st.active(&f.node.slots[slot]) }) {
		return done(leftDone)
	}
	name, err := p.rule.Name(st.envAt(f))
	if err != nil {
		return Move{Err: err}
	}
	if name == "" { // the rule names nobody: the talk is over
		return done(leftDone)
	}
	slot, no := p.allowed(st, f, name)
	m := Move{Chosen: &Chosen{Frame: f.id, Name: name, By: "rule"}}
	if no != "" {
		if p.fallback < 0 || !st.active(&f.node.slots[p.fallback]) {
			return Move{Err: fmt.Errorf("the rule of pattern %q chose %q, %s", f.node.name, name, no)}
		}
		slot = p.fallback
		m.Chosen = &Chosen{Frame: f.id, Name: f.node.slots[slot].name, By: "fallback", Why: fmt.Sprintf("the rule chose %q, %s", name, no)}
	}
	m.Steps = one(slot).Steps
	return m
}

// allowed finds a candidate by name, or says why it may not speak.
func (p selector) allowed(st *State, f *Frame, name string) (slot int, no string) {
	slot = f.node.slotNamed(name)
	if slot < 0 || !slices.Contains(p.candidates, slot) {
		return slot, "who is not a candidate; candidates are " + strings.Join(f.names(p.candidates), ", ")
	}
	if !st.active(&f.node.slots[slot]) {
		return slot, "who has taken all its turns"
	}
	if f.ended < 0 {
		return slot, ""
	}
	before := f.node.slots[f.ended].name
	if !p.allowRepeat && slot == f.ended && len(p.candidates) > 1 {
		return slot, "who has just spoken, and allow_repeat is not set"
	}
	if after, ok := p.transitions[before]; ok && !slices.Contains(after, name) {
		return slot, "who may not follow " + before
	}
	return slot, ""
}

func (f *Frame) names(slots []int) []string {
	names := make([]string, len(slots))
	for i, s := range slots {
		names[i] = f.node.slots[s].name
	}
	return names
}
