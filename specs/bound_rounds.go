package specs

import (
	"fmt"
	"strings"
)

// capped is the load of a pattern whose rounds are met by a session's limit.
func (pr *prover) capped(p *Pattern, most int) load {
	c := pr.rounded[p.Name]
	if c == nil {
		own := *p
		own.MaxRounds = 1
		c = &rounded{flow: pr.flowOf(&own)}
		c.inside = c.flow.inside()
		for i := range c.flow.Edges {
			if e := &c.flow.Edges[i]; e.Counter != nil && strings.HasPrefix(e.Counter.Name, "max_rounds") {
				c.counter, c.each = e.Counter, max(e.Counter.Bound, 1)
			}
		}
		pr.rounded[p.Name] = c
	}
	if c.counter == nil {
		return pr.finish(p, c.flow, c.inside)
	}
	if c.solver == nil {
		c.solve()
	}
	c.counter.Bound = satMul(c.each, most)
	c.counter.Because = p.because(fmt.Sprintf("max_rounds = %d", most))
	if len(c.solver.free) > 0 {
		return pr.finish(p, c.flow, c.inside)
	}
	l := c.inside
	l.sum = c.none.plus(c.round.times(most))
	return pr.solved(p, c.solver, l)
}

// A rounded flow has its rounds set for each session.
type rounded struct {
	flow    *Flow
	inside  load
	counter *Counter
	each    int // counts of a round

	// What it takes without a round, and what each round adds, as long as
	// nothing in it is without an end.
	solver      *solver
	none, round sum
}

// solve finds out what a round takes. The rounds are a part of all ways through
// the flow, so that what it takes grows by the same with each of them.
func (c *rounded) solve() {
	c.counter.Bound = 0
	c.none = newSolver(c.flow).total()
	c.counter.Bound = c.each
	c.solver = newSolver(c.flow)
	c.round = c.solver.total().minus(c.none)
}

// roundOf is what all steps of a flow take together, which makes a round of a
// pattern in which all speak in turn: in how many of them a turn is finished for
// certain, and whether there are others.
func (pr *prover) roundOf(f *Flow) (round sum, turns int, others bool) {
	for i := range f.Nodes {
		n := &f.Nodes[i]
		if n.Ref.Name == "" || n.Kind == StepDecision {
			continue
		}
		round = round.plus(f.loads[i].sum)
		a := pr.agents[n.Ref.Name]
		certain := n.Kind == StepTurn && a != nil && a.Limits.MaxTurns == 0 || n.Kind == StepPerson && pr.isWait(n.Ref)
		if certain {
			turns++
		}
		others = others || !certain
	}
	return round, turns, others
}
