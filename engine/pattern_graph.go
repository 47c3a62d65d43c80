package engine

import (
	"github.com/agentconnect-dev/agentconnect/specs"
)

// graph goes from node to node along guarded edges. Its slots are the nodes.
type graph struct {
	start int
	out   [][]edge // by node, in declared order
	max   []int    // visits, 0 is no bound
}

type edge struct {
	to   int
	when *specs.Expr
}

func (c *compiler) graph(n *node) Pattern {
	a := n.spec.Graph
	n.slots = n.slots[:0]
	p := graph{out: make([][]edge, len(a.Nodes)), max: make([]int, len(a.Nodes))}
	for i, g := range a.Nodes {
		n.slots = append(n.slots, c.slot(g.Name, g.Run))
		p.max[i] = g.MaxVisits
	}
	for _, e := range a.Edges {
		from := n.slotNamed(e.From)
		p.out[from] = append(p.out[from], edge{to: n.slotNamed(e.To), when: e.When})
	}
	p.start = max(0, n.slotNamed(n.spec.Start))
	return p
}

// Next implements [Pattern].
func (p graph) Next(st *State, f *Frame) Move {
	if len(f.open) > 0 {
		return Move{}
	}
	if why := full(f); why != "" {
		return done(why)
	}
	if f.ended < 0 {
		return p.enter(st, f, p.start, Move{})
	}
	from := f.ended
	e, err := p.follow(st, f, from)
	if err != nil {
		return Move{Err: err}
	}
	if e == nil {
		return done(leftDone)
	}
	taken := &EdgeTaken{Frame: f.id, From: f.node.slots[from].name, To: f.node.slots[e.to].name}
	if e.when != nil {
		taken.When = e.when.Text()
	}
	return p.enter(st, f, e.to, Move{Edge: taken})
}

// follow finds the edge to take from a node: the first whose guard is true,
// else the default one; nil when the graph ends here.
func (p graph) follow(st *State, f *Frame, from int) (*edge, error) {
	var fallback *edge
	for i := range p.out[from] {
		e := &p.out[from][i]
		if p.max[e.to] > 0 && f.visits[e.to] >= p.max[e.to] || !st.active(&f.node.slots[e.to]) {
			continue
		}
		if e.when == nil {
			if fallback == nil {
				fallback = e
			}
			continue
		}
		if ok, err := e.when.Bool(st.envAt(f)); err != nil || ok {
			return e, err
		}
	}
	return fallback, nil
}

func (p graph) enter(st *State, f *Frame, slot int, m Move) Move {
	if !st.active(&f.node.slots[slot]) {
		return done(leftDone)
	}
	m.Steps = one(slot).Steps
	return m
}
