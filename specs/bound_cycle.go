package specs

import "slices"

// A cycle is a part of a pattern that may be walked round for ever.
type cycle struct {
	pattern *Pattern
	flow    *Flow
	// path are the steps in the order of the cycle, and edges what leads from
	// each to the next.
	path  []int
	edges []*FlowEdge
	// group are all steps from each of which there is a way to all others.
	group []int
	// step is what one time round takes.
	step sum
	// person says that each time round waits for a person, so that it is
	// bounded per message where a session may be open ended.
	person bool
	// fix is the argument that would bound it.
	fix string
}

// endedBy says whether a cycle ends once the edges of a kind are taken a finite
// number of times.
func (c *cycle) endedBy(kind func(*FlowEdge) bool) bool {
	s := newSolver(c.flow)
	s.breaks = kind
	s.total()
	return len(s.free) == 0
}

// endedBy says it of all that has no bound in a load.
func (l load) endedBy(kind func(*FlowEdge) bool) bool {
	return !slices.ContainsFunc(l.cycles, func(c *cycle) bool { return !c.endedBy(kind) })
}

// cycle describes a part that nothing ends.
func (s *solver) cycle(p *Pattern, group []int) *cycle {
	c := &cycle{pattern: p, flow: s.flow, group: group, fix: "max_turns = 20"}
	if hasRounds(p.Kind) {
		c.fix = "max_rounds = 10"
	}
	t := newSolver(s.flow)
	all := t.sub(t.whole(), group)
	c.path, c.edges = t.around(all)
	c.person = c.endedBy(waitsForPerson)
	first := group[0]
	between := func(e *FlowEdge) bool { return e.To == first }
	if c.person {
		between = waitsForPerson
	}
	c.step = t.step(all, between)
	for _, counter := range t.used {
		if !slices.Contains(s.used, counter) {
			s.used = append(s.used, counter)
		}
	}
	return c
}

// step is what a part takes between two edges of a kind, at most.
func (s *solver) step(p *part, kind func(*FlowEdge) bool) sum {
	q := &part{nodes: p.nodes, in: p.in, gone: slices.Clone(p.gone)}
	s.inner(p, func(i int, e *FlowEdge) { q.gone[i] = kind(e) })
	return s.course(q)
}

// around finds a way round in a part: the shortest one from the first step that
// takes a turn. Where a step chooses among all, all are on the way.
func (s *solver) around(p *part) (path []int, edges []*FlowEdge) {
	for _, n := range p.nodes {
		path, edges = s.back(p, n)
		if len(path) > 0 && slices.ContainsFunc(path, func(m int) bool { return s.flow.Nodes[m].Ref.Name != "" }) {
			return path, edges
		}
	}
	return path, edges
}

// back is the shortest way from a step to itself, by breadth.
func (s *solver) back(p *part, start int) (path []int, edges []*FlowEdge) {
	came := map[int]int{} // the edge by which a step was reached
	todo := []int{start}
	for len(todo) > 0 {
		n := todo[0]
		todo = todo[1:]
		for _, i := range s.out[n] {
			e := &s.flow.Edges[i]
			if _, known := came[e.To]; known || p.gone[i] || !p.in[e.To] {
				continue
			}
			came[e.To] = i
			if e.To != start {
				todo = append(todo, e.To)
				continue
			}
			for at := start; ; {
				e := &s.flow.Edges[came[at]]
				path, edges = append(path, e.From), append(edges, e)
				if at = e.From; at == start {
					slices.Reverse(path)
					slices.Reverse(edges)
					return path, edges
				}
			}
		}
	}
	return nil, nil
}
