package specs

import "slices"

// graph checks nodes and edges: known names, one way on from each node, and a
// way to each node.
func (c *domain) graph(p *Pattern) {
	g := p.Graph
	var nodes []string
	for _, node := range g.Nodes {
		nodes = append(nodes, node.Name)
	}
	c.twice(p.address(), "the nodes", nodes, func(i int) Range { return g.Nodes[i].Range })
	if len(nodes) == 0 {
		c.report(codeTooFew, p.address(), p.Range, "A graph needs a node: node \"…\" { run = agent.x }.")
		return
	}
	known := true
	if p.Start != "" && !slices.Contains(nodes, p.Start) {
		c.report(codeUnknownNode, p.address(), p.Arg("start"), "start is %q, which is not a node.%s", p.Start, c.meant(p.Start, nodes))
		known = false
	}
	for _, edge := range g.Edges {
		for _, end := range []string{edge.From, edge.To} {
			if !slices.Contains(nodes, end) {
				c.report(codeUnknownNode, p.address(), edge.Range, "The edge names %q, which is not a node.%s", end, c.meant(end, nodes))
				known = false
			}
		}
	}
	for i := range g.Nodes {
		c.defaultEdge(p, &g.Nodes[i])
	}
	if known {
		c.reachable(p)
	}
}

// defaultEdge checks that what follows a node is certain: at most one edge
// without a condition, and one when there are edges with conditions.
func (c *domain) defaultEdge(p *Pattern, node *GraphNode) {
	var guarded, plain []GraphEdge
	for _, edge := range p.Graph.Edges {
		switch {
		case edge.From != node.Name:
		case edge.guarded():
			guarded = append(guarded, edge)
		default:
			plain = append(plain, edge)
		}
	}
	if len(guarded) > 0 && len(plain) == 0 {
		c.report(codeDefaultEdge, p.address(), node.Range,
			"When no condition holds, nothing follows %q: add an edge without when, the default.", node.Name)
	}
	if len(plain) > 1 {
		for _, edge := range plain[1:] {
			d := c.report(codeDefaultEdge, p.address(), edge.Range,
				"%q has another edge without when, to %q; this one is never taken. Give it a condition.", node.Name, plain[0].To)
			d.Related = []Related{{"the first edge without when", plain[0].Range}}
		}
	}
}

func (c *domain) reachable(p *Pattern) {
	reached := p.Graph.reach(p.start())
	for _, node := range p.Graph.Nodes {
		if !reached[node.Name] {
			c.report(codeUnreachableNode, p.address(), node.Range,
				"No edge leads from the start, %q, to %q. Add an edge or remove the node.", p.start(), node.Name)
		}
	}
}

// start is the name of the node where a graph begins.
func (p *Pattern) start() string {
	if p.Start == "" && len(p.Graph.Nodes) > 0 {
		return p.Graph.Nodes[0].Name
	}
	return p.Start
}

// guarded says whether an edge has a condition, even one that did not compile.
func (e GraphEdge) guarded() bool { return e.When != nil }

// reach are the nodes that edges lead to from a node, itself included.
func (g *Graph) reach(from string) map[string]bool {
	next, out := g.next(), map[string]bool{from: true}
	for todo := []string{from}; len(todo) > 0; {
		node := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, to := range next[node] {
			if !out[to] {
				out[to] = true
				todo = append(todo, to)
			}
		}
	}
	return out
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
