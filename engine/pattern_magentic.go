package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// magentic lets a manager keep a ledger of facts and plan, and judge in each
// round how the work goes and who does what next. Rounds without progress make
// it write the ledger anew. Its slots are the participants and the manager's
// four offices.
type magentic struct {
	hands                      int
	facts, plan, judge, answer int
	stalls, resets             int
}

// headway is what the manager judges in each round.
type headway struct {
	Satisfied   bool   `json:"satisfied"`
	Looping     bool   `json:"looping"`
	Progressing bool   `json:"progressing"`
	Next        string `json:"next"`
	Instruction string `json:"instruction"`
	Reason      string `json:"reason"`
}

func (c *compiler) magentic(n *node) Pattern {
	a := n.spec.Manager
	p := magentic{hands: len(n.slots), stalls: max(1, a.MaxStalls), resets: a.MaxResets}
	p.facts = c.office(n, a.Manager)
	n.patience = 3*len(n.slots) + 3
	p.plan, p.judge, p.answer = c.office(n, a.Manager), c.office(n, a.Manager), c.office(n, a.Manager)
	n.ask(roleFacts, ask{plain: true})
	n.ask(rolePlan, ask{plain: true})
	properties := map[string]any{
		"satisfied": boolOf(), "looping": boolOf(), "progressing": boolOf(), "next": textOf(), "instruction": textOf(), "reason": textOf(),
	}
	strict := map[string]any{"next": oneOf(n.names(upTo(p.hands)))}
	n.ask(roleProgress, ask{form: answerForm(properties, strict, "next", "instruction", "reason"), firm: true})
	return p
}

// missed implements [aimed].
func (p magentic) missed(why string) Outcome {
	if slices.Contains([]string{leftStalled, leftMaxRounds, leftMaxTurns}, why) {
		return Exhausted
	}
	return ""
}

// after implements [follower]: the ledger is written, or a round is judged.
func (p magentic) after(st *State, f *Frame, slot int, r stepResult) {
	c := &f.course
	switch slot {
	case p.plan:
		c.Planned = true
	case p.judge:
		j, usable := p.judged(st, f, r)
		switch c.Met = usable && j.Satisfied; {
		case c.Met:
		case !usable || j.Looping || !j.Progressing:
			c.Stalls++
		default:
			c.Stalls = max(0, c.Stalls-1)
		}
	}
}

// judged reads a judgement; one that names nobody who can go on is not usable.
func (p magentic) judged(st *State, f *Frame, r stepResult) (j headway, usable bool) {
	if !r.ok || !fields(r.data, &j) {
		return j, false
	}
	slot := f.node.named(j.Next, p.hands)
	return j, j.Satisfied || slot >= 0 && st.active(&f.node.slots[slot])
}

// Next implements [Pattern].
func (p magentic) Next(st *State, f *Frame) Move {
	c := &f.course
	why := p.over(f)
	r, judged := f.passed[p.judge]
	switch {
	case len(f.open) > 0:
		return Move{}
	case f.has(p.answer):
		return done(why)
	case judged:
		return p.work(st, f, r)
	case !st.active(&f.node.slots[p.answer]):
		return done(cmp.Or(why, leftMaxTurns))
	case why != "":
		return asked(p.answer, roleAnswer, p.closing(why))
	case c.Stalls >= p.stalls:
		return f.again(fmt.Sprintf("%d rounds brought no progress", c.Stalls))
	case !c.Planned && !f.has(p.facts):
		return asked(p.facts, roleFacts, p.factsNote(c.Replans > 0))
	case !c.Planned:
		return asked(p.plan, rolePlan, p.planNote(st, f))
	default:
		return asked(p.judge, roleProgress, p.judgeNote(st, f))
	}
}

// over says why there is no further round.
func (p magentic) over(f *Frame) string {
	c := &f.course
	switch {
	case c.Met:
		return leftDone
	case c.Stalls >= p.stalls && c.Replans >= p.resets:
		return leftStalled
	default:
		return full(f)
	}
}

// work lets whoever the manager has named do what it has said, unless the round
// is over.
func (p magentic) work(st *State, f *Frame, r stepResult) Move {
	j, usable := p.judged(st, f, r)
	slot := f.node.named(j.Next, p.hands)
	if !usable || f.course.Met || f.course.Stalls >= p.stalls || f.has(slot) {
		return Move{Round: true}
	}
	m := choose(f, slot, Chosen{By: "manager", Why: j.Reason})
	m.Steps[0].Role, m.Steps[0].Note = roleStep, j.Instruction
	return m
}

func (p magentic) factsNote(again bool) string {
	const what = "facts that are given, facts that must be looked up and where, facts that must be worked out, and guesses. Write a short list, no plan."
	if again {
		return "The work is stuck. Bring the list of facts up to date by what has been learnt: " + what
	}
	return "Before the work begins, write down what is known about the task: " + what
}

func (p magentic) planNote(st *State, f *Frame) string {
	note := "Write a short plan for the task: who does what, in which order. Not everybody must take part. These can:"
	if f.course.Replans > 0 {
		note = "Say in a sentence what went wrong, then write a new plan that avoids it: who does what, in which order. These can take part:"
	}
	return note + f.node.describe(st.t, upTo(p.hands))
}

func (p magentic) judgeNote(st *State, f *Frame) string {
	var b strings.Builder
	b.WriteString("Judge how the work stands. Answer with a JSON object: satisfied says whether the task is fully done, looping whether the same is done again and again, " +
		"progressing whether the last steps brought it forward (true at the beginning); next is the name of who goes on, one of these, " +
		"and instruction is what you tell them to do.")
	b.WriteString(f.node.describe(st.t, upTo(p.hands)))
	return b.String()
}

func (p magentic) closing(why string) string {
	if why == leftDone {
		return "The task is done. Give the final answer to what was asked."
	}
	return "The work ends here, and the task is not fully done. Give the best answer that you can to what was asked, and say what is missing."
}
