package specs

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// graphOf makes a graph of nodes a, b, … that all run agent.a; edges are pairs
// of letters, visits caps a node.
func graphOf(nodes int, edges []string, visits map[string]int) *Pattern {
	g := &Graph{}
	for i := range nodes {
		name := string(rune('a' + i))
		g.Nodes = append(g.Nodes, GraphNode{Name: name, Run: agentRef("a"), MaxVisits: visits[name]})
	}
	for _, e := range edges {
		g.Edges = append(g.Edges, GraphEdge{From: e[:1], To: e[1:]})
	}
	return &Pattern{Block: Block{Name: "g"}, Kind: "graph", Graph: g}
}

func TestBoundOfGraphs(t *testing.T) {
	tests := []struct {
		name   string
		nodes  int
		edges  []string
		visits map[string]int
		turns  int    // 0: unbounded
		cycle  string // the nodes of the cycle
	}{
		{"a chain", 3, []string{"ab", "bc"}, nil, 3, ""},
		{"a diamond", 4, []string{"ab", "ac", "bd", "cd"}, nil, 3, ""},
		{"a cycle", 2, []string{"ab", "ba"}, nil, 0, "aba"},
		{"itself", 1, []string{"aa"}, nil, 0, "aa"},
		{"itself, counted", 1, []string{"aa"}, map[string]int{"a": 4}, 4, ""},
		{"a counted cycle", 2, []string{"ab", "ba"}, map[string]int{"a": 3}, 3 + 3, ""},
		{"a count beside the cycle", 3, []string{"ab", "ba", "bc"}, map[string]int{"c": 3}, 0, "aba"},
		{"two cycles, one counted", 3, []string{"ab", "ba", "bc", "cb"}, map[string]int{"a": 2}, 0, "bcb"},
		{"two cycles, both counted by one", 3, []string{"ab", "ba", "bc", "cb"}, map[string]int{"b": 2}, 1 + 2*2, ""},
		{"a count outside of a cycle", 2, []string{"ab"}, map[string]int{"b": 9}, 2, ""},
		{"edges to nowhere", 1, []string{"ax", "xa"}, nil, 1, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := graphOf(tt.nodes, tt.edges, tt.visits)
			cfg := oneAgent(p)
			ds := prove(cfg)
			var want []string
			for _, node := range tt.cycle {
				want = append(want, string(node)+": agent.a")
			}
			if text := strings.Join(want, " → "); len(ds) == 1 && !strings.Contains(ds[0].Detail, "goes on as "+text+",") {
				t.Errorf("got %s, want the cycle %s", ds[0].Detail, text)
			}
			if (len(ds) == 1) != (tt.turns == 0) || cfg.Sessions[0].Bound.Turns != tt.turns {
				t.Errorf("got %d turns, %v; want %d", cfg.Sessions[0].Bound.Turns, ds, tt.turns)
			}
		})
	}
}

// As many nodes and edges as a file can hold are no burden.
func TestLargeGraph(t *testing.T) {
	const n = 4000
	g := &Graph{}
	for i := range n {
		g.Nodes = append(g.Nodes, GraphNode{Name: fmt.Sprint(i), Run: agentRef("a"), MaxVisits: i % 2})
		g.Edges = append(g.Edges, GraphEdge{From: fmt.Sprint(i), To: fmt.Sprint((i + 1) % n)})
	}
	cfg := oneAgent(&Pattern{Block: Block{Name: "g"}, Kind: "graph", Graph: g})
	start := time.Now()
	ds := append(check(cfg), prove(cfg)...)
	if ds.HasErrors() {
		t.Errorf("got %v, want no errors", ds)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the checks took %s", took)
	}
}
