package engine

// roundRobin lets its participants speak in declared order, wrapping around.
type roundRobin struct{ start int }

// Next implements [Pattern].
func (p roundRobin) Next(st *State, f *Frame) Move {
	if len(f.open) > 0 {
		return Move{}
	}
	n := len(f.node.slots)
	left, next := 0, -1
	for k := range n {
		slot := (p.start + k) % n
		if !st.active(&f.node.slots[slot]) || f.has(slot) {
			continue
		}
		left++
		if next < 0 {
			next = slot
		}
	}
	switch why := full(f); {
	case why != "":
		return done(why)
	case left > 0:
		return one(next)
	case len(f.pass) > 0:
		return Move{Round: true}
	default: // nobody may speak any more
		return done(leftDone)
	}
}

// has says whether a slot finished since the last round.
func (f *Frame) has(slot int) bool {
	_, ok := f.passed[slot]
	return ok
}
