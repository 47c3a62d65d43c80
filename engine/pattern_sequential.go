package engine

// sequential lets each participant speak once, in declared order.
type sequential struct{ previous bool }

// Next implements [Pattern].
func (p sequential) Next(st *State, f *Frame) Move {
	if len(f.open) > 0 {
		return Move{}
	}
	if why := full(f); why != "" {
		return done(why)
	}
	if len(f.pass) == 0 && f.rounds > 0 && f.rounds >= f.node.spec.MaxRounds {
		return done(leftDone)
	}
	for slot := range f.node.slots {
		if f.has(slot) || !st.active(&f.node.slots[slot]) {
			continue
		}
		m := one(slot)
		if p.previous && f.ended >= 0 {
			context := append([]int{}, f.result...) // not nil: nothing is also an answer
			m.Steps[0].Context = &context
		}
		return m
	}
	if len(f.pass) == 0 {
		return done(leftDone)
	}
	if f.rounds == 0 || f.rounds < f.node.spec.MaxRounds {
		return p.round(f)
	}
	return done(leftDone)
}

// round completes the pass; without max_rounds there is one.
func (p sequential) round(f *Frame) Move {
	if f.node.spec.MaxRounds == 0 {
		return Move{Round: true, Done: leftDone}
	}
	return Move{Round: true}
}
