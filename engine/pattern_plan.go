package engine

import (
	"fmt"
	"slices"
	"strings"
)

// planExecute lets a planner write steps, lets those who are named in them do
// them in order, and lets the planner revise what cannot go on, and answer. Its
// slots are the executors, the planner, who must approve of plans if somebody
// must, and the planner again, who answers.
type planExecute struct {
	hands     int // executors
	planner   int
	approver  int // or -1
	answer    int
	steps     int
	replans   int
	tolerance bool // on_error = "skip"
}

func (c *compiler) planExecute(n *node) Pattern {
	a := n.spec.PlanExecute
	p := planExecute{hands: len(n.slots), approver: -1, steps: a.MaxSteps, replans: a.MaxReplans, tolerance: n.skip}
	p.planner = c.office(n, a.Planner)
	if a.Approve != nil {
		p.approver = c.office(n, *a.Approve)
	}
	n.patience = 3*len(n.slots) + 3
	p.answer = c.office(n, a.Planner)
	n.ask(rolePlan, ask{form: p.form(n)})
	n.ask(roleAnswer, ask{plain: true})
	return p
}

// form is the form of a plan.
func (p planExecute) form(n *node) form {
	step := objectSchema(map[string]any{"agent": oneOf(n.names(upTo(p.hands))), "task": textOf()}, nil, nil)
	return answerForm(map[string]any{"steps": map[string]any{"type": "array", "items": step, "maxItems": p.steps}}, nil)
}

// tolerates implements [tolerant]: a step that fails makes for another plan, as
// long as there may be one.
func (p planExecute) tolerates(f *Frame, slot int) bool {
	return slot >= 0 && slot < p.hands && f.course.Planned && f.course.Replans < p.replans
}

// missed implements [aimed].
func (p planExecute) missed(why string) Outcome {
	if why == leftRefused {
		return Blocked
	}
	return ""
}

// after implements [follower]: a step of the plan is done, or has failed.
func (p planExecute) after(_ *State, f *Frame, slot int, r stepResult) {
	c := &f.course
	if !c.Planned || slot < 0 || slot >= p.hands || c.At >= len(c.Plan) {
		return
	}
	no := p.wrong(r)
	if no == "" || p.tolerance && c.Replans >= p.replans {
		c.At++
		return
	}
	c.Trouble = fmt.Sprintf("%s %s step %d of %d", f.node.slots[slot].name, no, c.At+1, len(c.Plan))
}

// wrong says what is wrong with the result of a step, empty when nothing is. An
// executor whose own output has a field ok says so itself.
func (p planExecute) wrong(r stepResult) string {
	var own struct{ OK *bool }
	switch {
	case !r.ok:
		return "failed at"
	case fields(r.data, &own) && own.OK != nil && !*own.OK:
		return "could not do"
	default:
		return ""
	}
}

// Next implements [Pattern].
func (p planExecute) Next(st *State, f *Frame) Move {
	switch c := &f.course; {
	case len(f.open) > 0:
		return Move{}
	case f.has(p.answer):
		return done(leftDone)
	case f.rounds < c.Replans:
		return Move{Round: true}
	case !c.Planned:
		return p.plan(st, f)
	case c.Trouble != "":
		return p.giveUp(f, c.Trouble)
	case c.At < len(c.Plan):
		return p.step(st, f)
	case f.rounds == c.Replans:
		return Move{Round: true}
	case !st.active(&f.node.slots[p.answer]):
		return done(leftDone)
	default:
		return asked(p.answer, roleAnswer, "The plan is carried out. Now answer what was asked, by what has been done. Answer in words, not with a plan.")
	}
}

// plan asks for a plan, and for the consent of whoever must agree to it.
func (p planExecute) plan(st *State, f *Frame) Move {
	r, over := f.passed[p.planner]
	if !over {
		switch why := full(f); {
		case why != "":
			return done(why)
		case !st.active(&f.node.slots[p.planner]):
			return done(leftDone)
		}
		return asked(p.planner, rolePlan, p.question(st, f))
	}
	steps, no := p.read(f, r)
	if no != "" {
		return p.giveUp(f, no)
	}
	if p.approver >= 0 && len(steps) > 0 {
		a, over := f.passed[p.approver]
		switch {
		case !over:
			return asked(p.approver, roleApproval, consent(steps))
		case !a.ok: // silence is no consent
			return done(leftRefused)
		case !agrees(st.textOf(a)) && f.course.Replans >= p.replans:
			return done(leftRefused)
		case !agrees(st.textOf(a)):
			return f.again(f.node.slots[p.approver].name + " does not agree to the plan; see what was said")
		}
	}
	return Move{Course: Course{Planned: &Planned{Frame: f.id, Number: f.course.Replans + 1, Steps: steps}}}
}

// giveUp asks for another plan, or fails when there may be none.
func (p planExecute) giveUp(f *Frame, why string) Move {
	if f.course.Replans >= p.replans {
		return Move{Err: fmt.Errorf("pattern %q: %s, and max_replans = %d is used up", f.node.name, why, p.replans)}
	}
	return f.again(why)
}

// question is what the planner is asked.
func (p planExecute) question(st *State, f *Frame) string {
	var b strings.Builder
	if f.course.Replans == 0 {
		b.WriteString("Plan how to do what is asked.")
	} else {
		fmt.Fprintf(&b, "The last plan cannot go on: %s. Revise it: give the steps that are still to be done.", f.course.Why)
	}
	fmt.Fprintf(&b, " Answer with a JSON object: steps is a list of at most %d steps in the order in which they are done, each with task, what is to be done, "+
		"and agent, the name of one of these; an empty list means that there is nothing left to do.", p.steps)
	b.WriteString(f.node.describe(st.t, upTo(p.hands)))
	return b.String()
}

// read takes the steps of a plan, or says what is wrong with it.
func (p planExecute) read(f *Frame, r stepResult) (steps []PlanStep, no string) {
	var plan struct{ Steps []PlanStep }
	switch {
	case !r.ok:
		return nil, "there is no plan"
	case !fields(r.data, &plan):
		return nil, "the plan is not of the form that is asked for"
	case len(plan.Steps) > p.steps:
		return nil, fmt.Sprintf("the plan has %d steps, and max_steps is %d", len(plan.Steps), p.steps)
	}
	for i, s := range plan.Steps {
		if f.node.named(s.Agent, p.hands) < 0 {
			return nil, fmt.Sprintf("step %d of the plan is for %q, who does not take part", i+1, clip(s.Agent, maxTold))
		}
		if strings.TrimSpace(s.Task) == "" {
			return nil, fmt.Sprintf("step %d of the plan has no task", i+1)
		}
	}
	return slices.Clip(plan.Steps), ""
}

// consent is what the person who must agree to a plan is told.
func consent(steps []PlanStep) string {
	var b strings.Builder
	b.WriteString("Do you agree to this plan? Answer yes, or say what should be different.")
	for i, s := range steps {
		fmt.Fprintf(&b, "\n%d. %s: %s", i+1, s.Agent, s.Task)
	}
	return b.String()
}

// agrees says whether a person's words are consent and nothing else.
func agrees(text string) bool {
	words := []string{"yes", "y", "ok", "okay", "agreed", "i agree", "approve", "approved", "go", "go ahead", "fine", "lgtm"}
	return slices.Contains(words, strings.TrimRight(folded(text), ".! "))
}

// step lets somebody do the next step of the plan.
func (p planExecute) step(st *State, f *Frame) Move {
	if why := full(f); why != "" {
		return done(why)
	}
	c := &f.course
	s := c.Plan[c.At]
	slot := f.node.named(s.Agent, p.hands)
	if slot < 0 {
		return p.giveUp(f, fmt.Sprintf("step %d is for %q, who does not take part", c.At+1, s.Agent))
	}
	if !st.active(&f.node.slots[slot]) {
		return p.giveUp(f, fmt.Sprintf("step %d is for %s, who has taken all its turns", c.At+1, s.Agent))
	}
	return asked(slot, roleStep, fmt.Sprintf("Your task, step %d of %d of the plan: %s", c.At+1, len(c.Plan), s.Task))
}
