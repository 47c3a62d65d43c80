package specs

import "slices"

// The argument that a flow ends: as long as a part of it can be walked round,
// take away the edges that strictly advance a finite counter which nothing in
// that part sets back. Each of them is taken as often as the counter allows, so
// what is left between two of them is walked at most that often, and once more.
// When nothing can be walked round any more the flow ends, and the longest ways
// between the edges that were taken away, times their counts, are what it
// takes; otherwise what is left is a cycle that nothing ends.

// A solver computes what a flow takes, and finds its cycles.
type solver struct {
	flow *Flow
	// breaks says of which other edges it is known that they are taken a finite
	// number of times.
	breaks func(*FlowEdge) bool
	// used are the counters that the argument needs, outermost first.
	used []*Counter
	// free are the parts that nothing ends.
	free [][]int
	out  [][]int // edges by the node that they leave
	// place and group are of use to longest alone, by step.
	place, group []int
}

func newSolver(f *Flow) *solver {
	n := len(f.Nodes)
	s := &solver{flow: f, out: make([][]int, n), place: make([]int, n), group: make([]int, n)}
	for i := range f.Edges {
		s.out[f.Edges[i].From] = append(s.out[f.Edges[i].From], i)
	}
	return s
}

// A part is a set of steps with the edges among them that are still there.
type part struct {
	nodes []int
	in    []bool // by node
	gone  []bool // by edge
}

func (s *solver) whole() *part {
	p := &part{in: make([]bool, len(s.flow.Nodes)), gone: make([]bool, len(s.flow.Edges))}
	for n := range s.flow.Nodes {
		p.nodes = append(p.nodes, n)
		p.in[n] = true
	}
	return p
}

// inner visits the edges of a part.
func (s *solver) inner(p *part, visit func(i int, e *FlowEdge)) {
	s.flow.steps += len(p.nodes)
	for _, n := range p.nodes {
		for _, i := range s.out[n] {
			if e := &s.flow.Edges[i]; !p.gone[i] && p.in[e.To] {
				visit(i, e)
			}
		}
	}
}

// usable are the counters of a part that nothing in it sets back, in the order
// of their edges.
func (s *solver) usable(p *part) []*Counter {
	reset := map[*Counter]bool{}
	s.inner(p, func(_ int, e *FlowEdge) {
		for _, c := range e.resets {
			reset[c] = true
		}
		if e.turn && s.flow.passed != nil {
			reset[s.flow.passed] = true
		}
	})
	var list []*Counter
	seen := map[*Counter]bool{}
	s.inner(p, func(_ int, e *FlowEdge) {
		if c := e.Counter; c != nil && !reset[c] && !seen[c] {
			seen[c] = true
			list = append(list, c)
		}
	})
	return list
}

// cut takes away what the argument allows, and says which counters those were
// and where their edges lead; none when nothing is allowed.
func (s *solver) cut(p *part) (counters []*Counter, targets map[*Counter][]int, some bool) {
	counters = s.usable(p)
	targets = make(map[*Counter][]int, len(counters))
	for _, c := range counters {
		targets[c] = nil
	}
	s.inner(p, func(i int, e *FlowEdge) {
		to, counted := targets[e.Counter]
		switch {
		case e.Counter != nil && counted:
			if !slices.Contains(to, e.To) {
				targets[e.Counter] = append(to, e.To)
			}
		case s.breaks == nil || !s.breaks(e):
			return
		}
		p.gone[i], some = true, true
	})
	return counters, targets, some
}

// sub makes a part of some of the steps of another.
func (s *solver) sub(p *part, nodes []int) *part {
	q := &part{nodes: nodes, in: make([]bool, len(s.flow.Nodes)), gone: p.gone}
	for _, n := range nodes {
		q.in[n] = true
	}
	return q
}

// course is what a part takes each time it is entered, at whichever step.
func (s *solver) course(p *part) sum {
	groups := s.groups(p)
	var most sum
	for _, l := range s.longest(p, groups, s.each(p, groups)) {
		most = most.or(l)
	}
	return most
}

// total is what the flow takes from its entry on.
func (s *solver) total() sum {
	p := s.whole()
	groups := s.groups(p)
	return s.at(s.longest(p, groups, s.each(p, groups)), enter)
}

// each is what each group takes by itself.
func (s *solver) each(p *part, groups [][]int) []sum {
	own := make([]sum, len(groups))
	for i, g := range groups {
		own[i] = s.own(p, g)
	}
	return own
}

// own is what steps that may come round take, each time they are entered.
func (s *solver) own(p *part, group []int) sum {
	if len(group) == 1 && !s.loops(p, group[0]) {
		return s.flow.loads[group[0]].sum
	}
	q := s.sub(p, group)
	entries := s.entries(p, q)
	counters, targets, some := s.cut(q)
	if !some {
		s.free = append(s.free, group)
		var total sum
		for _, n := range group {
			total = total.plus(s.flow.loads[n].sum)
		}
		return total
	}
	for _, c := range counters {
		if !slices.Contains(s.used, c) {
			s.used = append(s.used, c)
		}
	}
	groups := s.groups(q)
	from := s.longest(q, groups, s.each(q, groups))
	var total sum
	for _, l := range from {
		total = total.or(l)
	}
	if len(entries) > 0 {
		total = sum{}
		for _, n := range entries {
			total = total.or(s.at(from, n))
		}
	}
	for _, c := range counters {
		var most sum
		for _, n := range targets[c] {
			most = most.or(s.at(from, n))
		}
		total = total.plus(most.times(c.Bound))
	}
	return total
}

// entries are the steps of a part at which it may begin: those to which edges
// lead from outside of it.
func (s *solver) entries(outer, p *part) []int {
	var list []int
	if p.in[enter] {
		list = append(list, enter)
	}
	for i := range s.flow.Edges {
		e := &s.flow.Edges[i]
		if p.in[e.To] && !p.in[e.From] && !slices.Contains(list, e.To) {
			list = append(list, e.To)
		}
	}
	// Where an edge that was taken away enters the part, it may begin there too.
	for i := range s.flow.Edges {
		e := &s.flow.Edges[i]
		if outer.gone[i] && p.in[e.To] && !slices.Contains(list, e.To) {
			list = append(list, e.To)
		}
	}
	return list
}

// loops says whether a step comes right after itself.
func (s *solver) loops(p *part, n int) bool {
	return slices.ContainsFunc(s.out[n], func(i int) bool { return !p.gone[i] && s.flow.Edges[i].To == n })
}

// longest is the dearest way on from each step of a part, itself included, in
// the order of the part's steps; [solver.at] finds a step's. The groups are in
// the order of [solver.groups], those reached last first.
func (s *solver) longest(p *part, groups [][]int, own []sum) []sum {
	s.flow.steps += len(p.nodes)
	from := make([]sum, len(p.nodes))
	for k, n := range p.nodes {
		s.place[n] = k
	}
	for g, nodes := range groups {
		for _, n := range nodes {
			s.group[n] = g
		}
	}
	for g, nodes := range groups {
		var on sum
		for _, n := range nodes {
			for _, i := range s.out[n] {
				if e := &s.flow.Edges[i]; !p.gone[i] && p.in[e.To] && s.group[e.To] != g {
					on = on.or(from[s.place[e.To]])
				}
			}
		}
		total := own[g].plus(on)
		for _, n := range nodes {
			from[s.place[n]] = total
		}
	}
	return from
}

// at is a step's part of what [solver.longest] gave last.
func (s *solver) at(from []sum, n int) sum { return from[s.place[n]] }

// groups are the strongly connected components of a part, each after all that
// can be reached from it. It is Tarjan's algorithm.
func (s *solver) groups(p *part) [][]int {
	s.flow.steps += len(s.flow.Nodes)
	t := &tarjan{solver: s, part: p, order: make([]int, len(s.flow.Nodes)), low: make([]int, len(s.flow.Nodes)), done: make([]bool, len(s.flow.Nodes))}
	for _, n := range p.nodes {
		if t.order[n] == 0 {
			t.visit(n)
		}
	}
	return t.groups
}

type tarjan struct {
	*solver
	part       *part
	count      int
	order, low []int
	done       []bool
	stack      []int
	groups     [][]int
}

func (t *tarjan) visit(n int) {
	t.count++
	t.order[n], t.low[n] = t.count, t.count
	start := len(t.stack)
	t.stack = append(t.stack, n)
	for _, i := range t.out[n] {
		to := t.flow.Edges[i].To
		if t.part.gone[i] || !t.part.in[to] {
			continue
		}
		if t.order[to] == 0 {
			t.visit(to)
		}
		if !t.done[to] {
			t.low[n] = min(t.low[n], t.low[to])
		}
	}
	if t.low[n] < t.order[n] {
		return
	}
	group := slices.Clone(t.stack[start:])
	slices.Sort(group)
	for _, m := range group {
		t.done[m] = true
	}
	t.stack = t.stack[:start]
	t.groups = append(t.groups, group)
}

// visits is how often each step is taken each time the flow is entered.
func (s *solver) visits() []int {
	out := make([]int, len(s.flow.Nodes))
	p := s.whole()
	s.count(p, s.reached(p, []int{enter}), 1, out)
	return out
}

// count adds to the visits of the steps of a part that can be reached, when it
// is walked n times.
func (s *solver) count(p *part, reached []bool, n int, out []int) {
	for _, g := range s.groups(p) {
		if !slices.ContainsFunc(g, func(m int) bool { return reached[m] }) {
			continue
		}
		if len(g) == 1 && !s.loops(p, g[0]) {
			out[g[0]] = satAdd(out[g[0]], n)
			continue
		}
		q := s.sub(p, g)
		q.gone = slices.Clone(p.gone)
		entries := s.entries(p, q)
		counters, targets, some := s.cut(q)
		if !some || len(counters) > manyCounters {
			most := unbounded
			if some {
				most = segments(n, counters)
			}
			for _, m := range g {
				out[m] = satAdd(out[m], most)
			}
			continue
		}
		s.count(q, s.reached(q, entries), n, out)
		for _, c := range counters {
			s.count(q, s.reached(q, targets[c]), satMul(n, c.Bound), out)
		}
	}
}

// manyCounters is from how many counters in one part on its steps are not told
// apart.
const manyCounters = 50

// segments is how often a part is walked between two of its counted edges.
func segments(n int, counters []*Counter) int {
	most := 1
	for _, c := range counters {
		most = satAdd(most, c.Bound)
	}
	return satMul(n, most)
}

// reached are the steps of a part that can be reached from some of them.
func (s *solver) reached(p *part, from []int) []bool {
	seen := make([]bool, len(s.flow.Nodes))
	todo := slices.Clone(from)
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[n] || !p.in[n] {
			continue
		}
		seen[n] = true
		for _, i := range s.out[n] {
			if e := &s.flow.Edges[i]; !p.gone[i] && p.in[e.To] && !seen[e.To] {
				todo = append(todo, e.To)
			}
		}
	}
	return seen
}
