package specs

import (
	"fmt"
	"slices"
)

// graphLoad bounds a graph by the visits of its nodes. A node with max_visits
// is visited as often; any other at most once between two of those in the same
// cycle. A cycle of nodes without max_visits has no bound.
func (pr *prover) graphLoad(p *Pattern) load {
	g := p.Graph
	counted := func(n GraphNode) bool { return n.MaxVisits > 0 }
	if path := g.freeCycle(func(n GraphNode) bool { return counted(n) || pr.isWait(n.Run) }); path != nil {
		return pr.graphCycle(p, path, false)
	}
	if path := g.freeCycle(counted); path != nil {
		return pr.graphCycle(p, path, true)
	}
	sum := pr.visited(g)
	var capped []string
	for _, node := range g.Nodes {
		if node.MaxVisits > 0 {
			capped = append(capped, fmt.Sprintf("node.%s.max_visits = %d", node.Name, node.MaxVisits))
		}
	}
	if len(capped) == 0 {
		return sum.by(p, "has no cycle")
	}
	return sum.by(p, listed(capped))
}

// visited is the load of all the visits of a graph's nodes.
func (pr *prover) visited(g *Graph) load {
	sum := load{}
	for i, n := range g.visits() {
		sum = sum.plus(pr.one(g.Nodes[i].Run).times(n))
	}
	return sum
}

// visits is how often each node is entered at most, in a graph without a cycle
// that is free of max_visits: a node that has none comes once before and after
// each visit of those that lie on a cycle with it.
func (g *Graph) visits() []int {
	next := g.next()
	component := components(g, next)
	counted := map[int]int{}
	for _, node := range g.Nodes {
		counted[component[node.Name]] = satAdd(counted[component[node.Name]], node.MaxVisits)
	}
	out := make([]int, len(g.Nodes))
	for i, node := range g.Nodes {
		out[i] = 1
		if g.onCycle(node.Name, next, component) {
			out[i] = satAdd(1, counted[component[node.Name]])
		}
		if node.MaxVisits > 0 {
			out[i] = min(out[i], node.MaxVisits)
		}
	}
	return out
}

// onCycle says whether a node can come again.
func (g *Graph) onCycle(name string, next map[string][]string, component map[string]int) bool {
	return slices.ContainsFunc(next[name], func(to string) bool { return component[to] == component[name] })
}

// next are the nodes that edges lead to, by node.
func (g *Graph) next() map[string][]string {
	out := make(map[string][]string, len(g.Nodes))
	for _, node := range g.Nodes {
		out[node.Name] = nil
	}
	for _, edge := range g.Edges {
		_, from := out[edge.From]
		_, to := out[edge.To]
		if from && to {
			out[edge.From] = append(out[edge.From], edge.To)
		}
	}
	return out
}

// components numbers the strongly connected components of a graph: two nodes
// with the same number lie on a cycle. It is Tarjan's algorithm.
func components(g *Graph, next map[string][]string) map[string]int {
	var stack []string
	order, low := map[string]int{}, map[string]int{}
	out := map[string]int{}
	var visit func(name string)
	visit = func(name string) {
		order[name] = len(order) + 1
		low[name] = order[name]
		stack = append(stack, name)
		for _, to := range next[name] {
			if order[to] == 0 {
				visit(to)
			}
			if _, done := out[to]; !done {
				low[name] = min(low[name], low[to])
			}
		}
		if low[name] < order[name] {
			return
		}
		start := slices.Index(stack, name)
		for _, member := range stack[start:] {
			out[member] = order[name]
		}
		stack = stack[:start]
	}
	for _, node := range g.Nodes {
		if order[node.Name] == 0 {
			visit(node.Name)
		}
	}
	return out
}

// freeCycle is a cycle without any of the nodes that break one, its first node
// again at the end, or nil.
func (g *Graph) freeCycle(breaks func(GraphNode) bool) []string {
	free := map[string]bool{}
	for _, node := range g.Nodes {
		free[node.Name] = !breaks(node)
	}
	next, done := g.next(), map[string]bool{}
	var path, found []string
	var visit func(name string)
	visit = func(name string) {
		if i := slices.Index(path, name); i >= 0 {
			found = append(slices.Clone(path[i:]), name)
			return
		}
		if done[name] || !free[name] {
			return
		}
		path = append(path, name)
		for _, to := range next[name] {
			if found == nil {
				visit(to)
			}
		}
		path = path[:len(path)-1]
		done[name] = true
	}
	for _, node := range g.Nodes {
		if found == nil {
			visit(node.Name)
		}
	}
	return found
}

// graphCycle is the load of a graph with a cycle that nothing bounds, or only
// a person who is asked each time round.
func (pr *prover) graphCycle(p *Pattern, path []string, person bool) load {
	all := pr.visited(p.Graph)
	c := &cycle{pattern: p, fix: "max_turns = 20", person: person}
	for _, name := range path {
		i := slices.IndexFunc(p.Graph.Nodes, func(n GraphNode) bool { return n.Name == name })
		run := p.Graph.Nodes[i].Run
		run.Range = p.Graph.Nodes[i].Range
		c.path = append(c.path, run)
		c.spends = c.spends || run.Kind == RefAgent
	}
	c.step = all
	return all.endless(c)
}
