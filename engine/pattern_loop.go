package engine

import (
	"github.com/agentconnect-dev/agentconnect/specs"
)

// loop repeats its body until it is accepted. Its slots are the body, in
// order, and last the critic if there is one.
type loop struct {
	body   int
	critic int // slot, or -1
	until  *specs.Expr
	max    int
	best   bool
}

func (c *compiler) loop(n *node) Pattern {
	a := n.spec.Loop
	p := loop{body: len(n.slots), critic: -1, until: a.Until, max: a.MaxIterations, best: a.Keep == "best"}
	if a.Critic != nil {
		p.critic = c.office(n, *a.Critic)
		n.ask(roleCritic, ask{form: criticForm(p.best)})
	}
	return p
}

// criticForm is the form of a critic's answer; the best draft needs a score.
func criticForm(best bool) form {
	properties := map[string]any{"accept": boolOf(), "feedback": textOf(), "score": numberOf()}
	if best {
		return answerForm(properties, nil)
	}
	return answerForm(properties, nil, "score")
}

// verdict is what a critic answers.
type verdict struct {
	Accept bool     `json:"accept"`
	Score  *float64 `json:"score"`
}

// Next implements [Pattern].
func (p loop) Next(st *State, f *Frame) Move {
	if len(f.open) > 0 {
		return Move{}
	}
	if len(f.pass) == 0 && f.rounds > 0 {
		switch accepted, err := p.accepted(st, f); {
		case err != nil:
			return Move{Err: err}
		case accepted:
			return p.end(f, leftDone)
		case f.rounds >= p.max:
			return p.end(f, leftMaxIterations)
		}
	}
	if why := full(f); why != "" {
		return p.end(f, why)
	}
	for slot := range f.node.slots {
		if !f.has(slot) && st.active(&f.node.slots[slot]) {
			return p.step(f, slot)
		}
	}
	if len(f.pass) == 0 { // nobody may speak any more
		return p.end(f, leftMaxIterations)
	}
	return Move{Round: true}
}

func (p loop) step(f *Frame, slot int) Move {
	m := one(slot)
	switch {
	case slot == p.critic:
		m.Steps[0].Role = roleCritic
		m.Steps[0].Note = "Judge the latest draft. Say whether you accept it, and what must change if you do not."
	case slot == 0 && f.rounds > 0 && p.critic >= 0:
		m.Steps[0].Note = "Your draft was not accepted. Revise it by the feedback above and give the whole new draft."
	}
	return m
}

// accepted says whether the pass that just ended is accepted.
func (p loop) accepted(st *State, f *Frame) (bool, error) {
	if f.accepted || p.until == nil {
		return f.accepted, nil
	}
	return p.until.Bool(st.envAt(f))
}

// end gives the draft as result: the last, or the best scored.
func (p loop) end(f *Frame, why string) Move {
	m := done(why)
	d := f.lastDraft
	if p.best && !f.accepted && f.best >= 0 {
		d = f.best
	}
	if d >= 0 {
		m.Result = &d
	}
	return m
}

// foldRound notes the pass's draft and what the critic thinks of it.
func (p loop) foldRound(f *Frame) {
	if d := f.draft(p.body - 1); d >= 0 {
		f.lastDraft = d
	}
	if p.critic < 0 || !f.passed[p.critic].ok {
		return
	}
	var v verdict
	if !fields(f.passed[p.critic].data, &v) {
		return
	}
	f.accepted = v.Accept
	if v.Score != nil && (f.best < 0 || *v.Score > f.bestScore) {
		f.best, f.bestScore = f.lastDraft, *v.Score
	}
}

// draft is the last message of a slot in this pass, or -1.
func (f *Frame) draft(slot int) int {
	if r, ok := f.passed[slot]; ok && len(r.messages) > 0 {
		return r.messages[len(r.messages)-1]
	}
	return -1
}
