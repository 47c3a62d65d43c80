package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// selector lets a rule or a chair name who speaks next. One decision is a
// round. A chair that moderates may end the talk, and has the last word.
type selector struct {
	rule        *specs.Expr
	chair       int // slot, or -1
	attempts    int
	moderates   bool
	candidates  []int // slots
	fallback    int   // slot, or -1
	allowRepeat bool
	transitions map[string][]string
}

func (c *compiler) selector(n *node) Pattern {
	a := n.spec.Selector
	p := selector{
		rule: a.Rule, chair: -1, attempts: max(1, a.Attempts), moderates: n.kind == "moderated", fallback: -1,
		allowRepeat: a.AllowRepeat, transitions: a.Transitions,
	}
	for _, ref := range a.Candidates {
		p.candidates = append(p.candidates, c.place(n, ref))
	}
	if len(a.Candidates) == 0 {
		for slot := range n.slots {
			p.candidates = append(p.candidates, slot)
		}
	}
	if a.Fallback != nil {
		p.fallback = c.place(n, *a.Fallback)
	}
	if a.Chair != nil {
		p.chair = c.office(n, *a.Chair)
		n.ask(roleChair, ask{form: p.form(n), decides: true})
	}
	return p
}

// place is the slot of a participant, a new one when it has none yet.
func (c *compiler) place(n *node, ref specs.Ref) int {
	if slot := n.slotNamed(ref.Name); slot >= 0 {
		return slot
	}
	return c.office(n, ref)
}

// office is a new slot, for whoever does something apart from taking part.
func (c *compiler) office(n *node, ref specs.Ref) int {
	n.slots = append(n.slots, c.slot(ref.Name, ref))
	return len(n.slots) - 1
}

// form is the form of the chair's answer.
func (p selector) form(n *node) form {
	properties := map[string]any{"next": textOf(), "reason": textOf()}
	strict := map[string]any{"next": oneOf(n.names(p.candidates))}
	if !p.moderates {
		return answerForm(properties, strict, "reason")
	}
	properties["end"], properties["final"] = boolOf(), textOf()
	return answerForm(properties, strict, "next", "reason", "final")
}

// Next implements [Pattern].
func (p selector) Next(st *State, f *Frame) Move {
	if len(f.open) > 0 {
		return Move{}
	}
	if len(f.pass) > 0 {
		return Move{Round: true}
	}
	if f.said >= 0 {
		return done(leftDone)
	}
	why := full(f)
	if why == "" && !slices.ContainsFunc(p.candidates, func(slot int) bool { return st.active(&f.node.slots[slot]) }) {
		why = leftDone
	}
	switch {
	case p.moderates && why != "":
		return p.closing(f, why)
	case why != "":
		return done(why)
	case p.rule != nil:
		return p.byRule(st, f)
	default:
		return p.byChair(st, f)
	}
}

func (p selector) byRule(st *State, f *Frame) Move {
	name, err := p.rule.Name(st.envAt(f))
	if err != nil {
		return Move{Err: err}
	}
	if name == "" { // the rule names nobody: the talk is over
		return done(leftDone)
	}
	slot, no := p.allowed(st, f, name)
	if no != "" {
		return p.instead(st, f, fmt.Sprintf("the rule chose %q, %s", name, no))
	}
	return choose(f, slot, Chosen{By: "rule"})
}

// choose lets a slot speak, and says who has chosen it.
func choose(f *Frame, slot int, how Chosen) Move {
	how.Frame, how.Name = f.id, f.node.slots[slot].name
	return Move{Steps: one(slot).Steps, Chosen: &how}
}

// instead lets the fallback speak, or fails.
func (p selector) instead(st *State, f *Frame, why string) Move {
	if p.fallback < 0 || !st.active(&f.node.slots[p.fallback]) {
		return Move{Err: fmt.Errorf("pattern %q: %s", f.node.name, why)}
	}
	return choose(f, p.fallback, Chosen{By: "fallback", Why: why})
}

// allowed finds a candidate by name, or says why it may not speak.
func (p selector) allowed(st *State, f *Frame, name string) (slot int, no string) {
	slot = f.node.slotNamed(name)
	if slot < 0 || !slices.Contains(p.candidates, slot) {
		return slot, "who is not a candidate; candidates are " + strings.Join(f.node.names(p.candidates), ", ")
	}
	return slot, p.barred(st, f, slot)
}

// barred says why a candidate may not speak now, empty when it may.
func (p selector) barred(st *State, f *Frame, slot int) string {
	if !st.active(&f.node.slots[slot]) {
		return "who has taken all its turns"
	}
	if f.ended < 0 {
		return ""
	}
	before := f.node.slots[f.ended].name
	if !p.allowRepeat && slot == f.ended && len(p.candidates) > 1 {
		return "who has just spoken, and allow_repeat is not set"
	}
	if after, ok := p.transitions[before]; ok && !slices.Contains(after, f.node.slots[slot].name) {
		return "who may not follow " + before
	}
	return ""
}
