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
	sum := load{}
	var capped []string
	for i := range g.Nodes {
		node := &g.Nodes[i]
		sum = sum.plus(pr.one(node.Run).times(g.visits(node)))
		if node.MaxVisits > 0 {
			capped = append(capped, fmt.Sprintf("node.%s.max_visits = %d", node.Name, node.MaxVisits))
		}
	}
	if len(capped) == 0 {
		return sum.by(p, "has no cycle")
	}
	return sum.by(p, listed(capped))
}

// visits is how often a node is entered at most, in a graph without a cycle
// that is free of max_visits.
func (g *Graph) visits(node *GraphNode) int {
	most := 1
	for i := range g.Nodes {
		other := &g.Nodes[i]
		if other.MaxVisits > 0 && g.sameCycle(node.Name, other.Name) {
			most = satAdd(most, other.MaxVisits)
		}
	}
	if node.MaxVisits > 0 {
		most = min(most, node.MaxVisits)
	}
	return most
}

// sameCycle says whether two nodes lie on a cycle, or one on its own.
func (g *Graph) sameCycle(a, b string) bool {
	return g.leads(a, b) && g.leads(b, a)
}

// leads says whether one edge or more lead from a node to another.
func (g *Graph) leads(from, to string) bool {
	for _, edge := range g.Edges {
		if edge.From == from && g.reach(edge.To)[to] {
			return true
		}
	}
	return false
}

// freeCycle is a cycle without any of the nodes that break one, its first node
// again at the end, or nil.
func (g *Graph) freeCycle(breaks func(GraphNode) bool) []string {
	free := map[string]bool{}
	for _, node := range g.Nodes {
		free[node.Name] = !breaks(node)
	}
	done := map[string]bool{}
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
		for _, edge := range g.Edges {
			if edge.From == name && found == nil {
				visit(edge.To)
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
	all := load{}
	c := &cycle{pattern: p, fix: "max_turns = 20", person: person}
	for i := range p.Graph.Nodes {
		node := &p.Graph.Nodes[i]
		all = all.plus(pr.one(node.Run).times(p.Graph.visits(node)))
	}
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
