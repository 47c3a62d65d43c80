package engine

import "github.com/agentconnect-dev/agentconnect/specs"

// debate lets its sides speak at once, then shows each what the others have
// said, and so on; then the judge speaks. Its slots are the sides and, last,
// the judge if there is one.
type debate struct {
	sides int
	judge int // slot, or -1
	until *specs.Expr
}

func (c *compiler) debate(n *node) Pattern {
	p := debate{sides: len(n.slots), judge: -1}
	if a := n.spec.Debate; a != nil {
		p.until = a.Until
		if a.Judge != nil {
			p.judge = c.office(n, *a.Judge)
		}
	}
	return p
}

// holds implements [gatherer].
func (p debate) holds(slot int) bool { return slot >= 0 && slot < p.sides }

// Next implements [Pattern].
func (p debate) Next(st *State, f *Frame) Move {
	if p.judge >= 0 && f.has(p.judge) {
		return done(leftDone)
	}
	if f.running(p.judge) {
		return Move{}
	}
	if len(f.open) == 0 && len(f.pass) == 0 {
		why, err := p.over(st, f)
		switch {
		case err != nil:
			return Move{Err: err}
		case why != "":
			return p.verdict(st, f, why)
		}
	}
	return p.round(st, f)
}

// over says why the sides do not speak again.
func (p debate) over(st *State, f *Frame) (why string, err error) {
	if p.until != nil && f.rounds > 0 {
		if ok, err := p.until.Bool(st.envAt(f)); err != nil || ok {
			return leftDone, err
		}
	}
	for slot := range p.sides {
		if st.active(&f.node.slots[slot]) {
			return full(f), nil
		}
	}
	return leftDone, nil
}

// round lets all sides speak, then shows what they have said.
func (p debate) round(st *State, f *Frame) Move {
	var m Move
	okay := 0
	for slot := range p.sides {
		switch {
		case f.passed[slot].ok:
			okay++
		case st.toCome(f, slot):
			m.Steps = append(m.Steps, Step{Slot: slot, Answers: -1})
		}
	}
	switch {
	case len(m.Steps) > 0 || len(f.open) > 0:
		return m
	case okay == 0:
		return Move{Err: errNobody}
	case f.merged < okay:
		return Move{Merge: f.unmerged(p.sides)}
	default:
		return Move{Round: true}
	}
}

// verdict lets the judge have the last word.
func (p debate) verdict(st *State, f *Frame, why string) Move {
	if p.judge < 0 || f.rounds == 0 || !st.active(&f.node.slots[p.judge]) {
		return done(why)
	}
	return asked(p.judge, roleJudge, "The sides have spoken. Weigh what they have said, and give your verdict.")
}
