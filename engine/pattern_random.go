package engine

import (
	"encoding/binary"
	"hash/fnv"
)

// random draws who speaks next among the others. As many turns as there are
// participants are a round.
type random struct{ seed int64 }

// Next implements [Pattern].
func (p random) Next(st *State, f *Frame) Move {
	if len(f.open) > 0 {
		return Move{}
	}
	if why := full(f); why != "" {
		return done(why)
	}
	var active, others []int
	for slot := range f.node.slots {
		if !st.active(&f.node.slots[slot]) {
			continue
		}
		active = append(active, slot)
		if slot != f.ended {
			others = append(others, slot)
		}
	}
	switch {
	case len(f.pass) > 0 && len(f.pass) >= len(active):
		return Move{Round: true}
	case len(active) == 0: // nobody may speak any more
		return done(leftDone)
	case len(others) == 0:
		others = active
	}
	slot := others[draw(p.seed, f, len(others))]
	return choose(f, slot, Chosen{By: "random"})
}

// steps is how many have begun so far.
func (f *Frame) steps() int {
	n := 0
	for _, v := range f.visits {
		n += v
	}
	return n
}

// draw is a number below n that a seed gives at a point of a frame's course.
func draw(seed int64, f *Frame, n int) int {
	h := fnv.New64a()
	for _, x := range [...]uint64{uint64(seed), uint64(f.id), uint64(f.steps())} { //nolint:gosec // bits, not numbers
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], x)
		_, _ = h.Write(b[:])
	}
	x := h.Sum64()
	x ^= x >> 29 // the low bits of this hash depend on too little
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 32
	return int(x % uint64(n)) //nolint:gosec // below n
}
