package engine

import (
	"fmt"
	"slices"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// parallel lets all participants work at once on the same input. Its slots are
// the participants and, last, the aggregator if there is one.
type parallel struct {
	branches    int
	join        int // successes that are waited for
	concurrency int
	aggregate   int // slot, or -1
}

func (c *compiler) parallel(n *node) Pattern {
	p := parallel{branches: len(n.slots), aggregate: -1}
	p.join, p.concurrency = p.branches, p.branches
	a := n.spec.Parallel
	if a == nil {
		a = &specs.Parallel{}
	}
	if a.Join > 0 {
		p.join = min(a.Join, p.branches)
	}
	if a.Concurrency > 0 {
		p.concurrency = min(a.Concurrency, p.branches)
	}
	if a.Aggregate != nil {
		p.aggregate = c.office(n, *a.Aggregate)
	}
	return p
}

// holds implements [gatherer].
func (p parallel) holds(slot int) bool { return slot >= 0 && slot < p.branches }

// tolerates implements [tolerant]: with join not all need to succeed.
func (p parallel) tolerates(_ *Frame, slot int) bool { return p.join < p.branches && p.holds(slot) }

// Next implements [Pattern].
func (p parallel) Next(st *State, f *Frame) Move {
	if p.aggregate >= 0 && f.has(p.aggregate) {
		return p.close(f)
	}
	if len(f.open) > 0 && f.open[0] == p.aggregate {
		return Move{}
	}
	if len(f.pass) == 0 && len(f.open) == 0 && f.rounds > 0 && f.rounds >= f.node.spec.MaxRounds {
		return done(leftDone)
	}
	okay, over := 0, 0
	for slot := range p.branches {
		if r, ok := f.passed[slot]; ok {
			over++
			if r.ok {
				okay++
			}
		} else if !st.active(&f.node.slots[slot]) {
			over++
		}
	}
	if need := p.join - okay; p.join < p.branches && p.branches-over < need && len(f.pass) > 0 {
		return Move{Err: fmt.Errorf("only %d of the %d answers that join asks for can still arrive", okay+p.branches-over, p.join)}
	}
	if okay >= p.join || over == p.branches {
		return p.merge(st, f, okay)
	}
	if why := full(f); why != "" && len(f.pass) == 0 && len(f.open) == 0 { // a pass that has begun is finished
		return done(why)
	}
	return p.start(st, f)
}

// start begins as many branches as may run at once.
func (p parallel) start(st *State, f *Frame) Move {
	var m Move
	room := p.concurrency - len(f.open)
	for slot := 0; slot < p.branches && room > 0; slot++ {
		if st.toCome(f, slot) {
			m.Steps = append(m.Steps, Step{Slot: slot, Answers: -1})
			room--
		}
	}
	return m
}

// merge cancels what is not waited for, then shows the results in declared
// order, then lets the aggregator speak.
func (p parallel) merge(st *State, f *Frame, okay int) Move {
	if len(f.open) > 0 {
		return Move{Cancel: f.open}
	}
	if okay == 0 {
		if len(f.pass) == 0 {
			return done(leftDone)
		}
		return Move{Err: errNobody}
	}
	if f.merged < okay {
		return Move{Merge: f.unmerged(p.branches)}
	}
	if p.aggregate >= 0 && st.active(&f.node.slots[p.aggregate]) {
		return one(p.aggregate)
	}
	return p.close(f)
}

func (p parallel) close(f *Frame) Move {
	if f.rounds+1 < f.node.spec.MaxRounds {
		return Move{Round: true}
	}
	return Move{Round: true, Done: leftDone}
}

func (f *Frame) running(slot int) bool { return slices.Contains(f.open, slot) }

// toCome says whether a slot has not begun since the last round, and may.
func (st *State) toCome(f *Frame, slot int) bool {
	return !f.has(slot) && !f.running(slot) && st.active(&f.node.slots[slot])
}
