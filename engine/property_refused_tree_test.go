package engine_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// endless writes scenarios with a pattern that nothing ends, somewhere inside
// patterns that end.
type endless struct {
	t     *rapid.T
	b     strings.Builder
	n     int
	kind  string
	edges map[string][]string // of a graph, by node
	runs  map[string]string   // agents by node
	start string
}

func (g *endless) draw(label string, options ...string) string {
	return rapid.SampledFrom(options).Draw(g.t, label)
}

func (g *endless) block(kind, body string, args ...any) string {
	g.n++
	name := fmt.Sprintf("w%d", g.n)
	if kind == g.kind {
		name = "x"
	}
	fmt.Fprintf(&g.b, "pattern %q %q {\n%s}\n", kind, name, fmt.Sprintf(body, args...))
	return "pattern." + name
}

// core is the pattern that nothing ends; its participants are agents of its own
// and, now and then, a pattern that ends.
func (g *endless) core() string {
	list := []string{"agent.a", "agent.b", "agent.c"}[:rapid.IntRange(2, 3).Draw(g.t, "participants")]
	g.kind = g.draw("kind", "round_robin", "random", "selector", "chair", "moderated", "handoff", "graph", "graph", "graph")
	who := "  participants = [" + strings.Join(list, ", ") + "]\n"
	switch g.kind {
	case "round_robin", "random":
		return g.block(g.kind, "%s", who)
	case "selector":
		rule := map[int]string{2: "last.agent == 'a' ? 'b' : 'a'", 3: "last.agent == 'a' ? 'b' : last.agent == 'b' ? 'c' : 'a'"}[len(list)]
		return g.block(g.kind, "%s  rule = %q\n", who, rule)
	case "chair":
		g.kind = "selector"
		return g.block("selector", "%s  chair = agent.d\n  attempts = %d\n", who, rapid.IntRange(1, 3).Draw(g.t, "attempts"))
	case "moderated":
		return g.block(g.kind, "%s  chair = agent.d\n", who)
	case "handoff":
		return g.block(g.kind, "%s", who)
	default:
		return g.graph()
	}
}

// graph has edges that the words of whoever speaks lead along.
func (g *endless) graph() string {
	var b strings.Builder
	g.edges, g.runs = map[string][]string{}, map[string]string{}
	nodes := []string{"n0", "n1", "n2", "n3", "n4"}[:rapid.IntRange(2, 5).Draw(g.t, "nodes")]
	g.start = nodes[0]
	for _, n := range nodes {
		g.runs[n] = g.draw("run", "a", "b", "c")
		fmt.Fprintf(&b, "  node %q { run = agent.%s }\n", n, g.runs[n])
		to := rapid.Permutation(nodes).Draw(g.t, "to")[:rapid.IntRange(0, 2).Draw(g.t, "edges")]
		for i, next := range to {
			g.edges[n] = append(g.edges[n], next)
			guard := ""
			if i < len(to)-1 {
				guard = fmt.Sprintf("    when = \"last.content == 'go %s'\"\n", next)
			}
			fmt.Fprintf(&b, "  edge {\n    from = %q\n    to = %q\n%s  }\n", n, next, guard)
		}
	}
	return g.block("graph", "%s", b.String())
}

// scenario puts it into patterns that end.
func (g *endless) scenario() string {
	at := g.core()
	for range rapid.IntRange(0, 2).Draw(g.t, "depth") {
		switch g.draw("around", "sequential", "behind", "loop", "router", "parallel") {
		case "sequential":
			at = g.block("sequential", "  participants = [%s, agent.e]\n", at)
		case "behind":
			at = g.block("sequential", "  participants = [agent.e, %s]\n", at)
		case "loop":
			at = g.block("loop", "  participants = [%s]\n  until = \"false\"\n  max_iterations = 2\n", at)
		case "router":
			at = g.block("router", "  route \"r\" {\n    when = \"false\"\n    to = agent.e\n  }\n  default = %s\n", at)
		case "parallel":
			at = g.block("parallel", "  participants = [%s, agent.e]\n", at)
		}
	}
	g.b.WriteString("provider \"scripted\" \"p\" {}\n")
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		fmt.Fprintf(&g.b, "agent %q { provider = provider.p }\n", name)
	}
	fmt.Fprintf(&g.b, "session \"s\" {\n  type = \"agent_agent\"\n  pattern = %s\n  opening = \"Begin.\"\n}\n", at)
	return g.b.String()
}
