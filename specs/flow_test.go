package specs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// flowFor makes a flow of steps a, b, c … of one turn each. An edge is written
// ab, or ab:x where x is a counter that it advances, and ab!x where it sets x
// back. Step a is the entry.
func flowFor(steps int, bounds map[string]int, edges ...string) *Flow {
	f := &Flow{}
	for i := range steps {
		f.Nodes = append(f.Nodes, FlowNode{Kind: StepTurn, Label: string(rune('a' + i))})
		f.loads = append(f.loads, load{sum: sum{turns: 1}})
	}
	counters := map[string]*Counter{}
	for name, bound := range bounds {
		counters[name] = &Counter{Name: name, Bound: bound}
	}
	for _, text := range edges {
		e := FlowEdge{From: int(text[0] - 'a'), To: int(text[1] - 'a')}
		if _, name, ok := strings.Cut(text, ":"); ok {
			e.Counter = counters[name]
		}
		if _, name, ok := strings.Cut(text, "!"); ok {
			e.resets = []*Counter{counters[name]}
		}
		f.Edges = append(f.Edges, e)
	}
	return f
}

func TestSolver(t *testing.T) {
	tests := []struct {
		name   string
		flow   *Flow
		turns  int
		free   string // the steps that nothing ends
		visits []int
	}{
		{"a chain", flowFor(3, nil, "ab", "bc"), 3, "", []int{1, 1, 1}},
		{"a branch", flowFor(4, nil, "ab", "ac", "bd", "cd"), 3, "", []int{1, 1, 1, 1}},
		{"round and round", flowFor(2, nil, "ab", "ba"), 2, "ab", []int{unbounded, unbounded}},
		{"counted", flowFor(2, map[string]int{"x": 3}, "ab:x", "ba"), 7, "", []int{4, 3}},
		{"two counters", flowFor(3, map[string]int{"x": 3, "y": 2}, "ab:x", "ba", "ac:y", "ca"), 1 + 3*2 + 2*2, "", []int{6, 3, 2}},
		// The inner counter is set back by each way through the outer edge.
		{"nested", flowFor(3, map[string]int{"x": 3, "y": 2}, "ab:x", "bc:y", "cb", "ba!y"), 1 + 3*(1+2*2+1), "", nil},
		// Nothing bounds how often y is set back.
		{"set back for ever", flowFor(2, map[string]int{"y": 2}, "ab:y", "ba!y"), 2, "ab", []int{unbounded, unbounded}},
		{"a part of it", flowFor(3, map[string]int{"x": 3}, "ab:x", "ba", "bc", "cb"), 9, "bc", []int{4, unbounded, unbounded}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSolver(tt.flow)
			total := s.total()
			free := ""
			for _, group := range s.free {
				for _, n := range group {
					free += tt.flow.Nodes[n].Label
				}
			}
			if free != tt.free || tt.free == "" && total.turns != tt.turns {
				t.Errorf("got %d turns, free are %q; want %d, %q", total.turns, free, tt.turns, tt.free)
			}
			if got := newSolver(tt.flow).visits(); tt.visits != nil && !slices.Equal(got, tt.visits) {
				t.Errorf("got visits %v, want %v", got, tt.visits)
			}
		})
	}
}

// FuzzProve builds flows of any shape: the proof neither panics nor hangs, and
// what it bounds cannot be walked further.
func FuzzProve(f *testing.F) {
	f.Add([]byte{3, 0, 1, 1, 1, 2, 0, 2, 0, 9})
	f.Add([]byte{5, 0, 1, 0, 1, 2, 1, 2, 1, 2, 2, 0, 3})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 4 || len(data) > 60 {
			return
		}
		steps := int(data[0])%6 + 1
		bounds := map[string]int{"": 0, "x": 2, "y": 1}
		var edges []string
		for i := 1; i+2 < len(data); i += 3 {
			text := string([]byte{'a' + data[i]%byte(steps), 'a' + data[i+1]%byte(steps)})
			edges = append(edges, text+[]string{"", ":x", ":y", "!x", "!y"}[data[i+2]%5])
		}
		flow := flowFor(steps, bounds, edges...)
		s := newSolver(flow)
		total := s.total()
		flow.settle()
		w := &walker{flow: flow, used: map[*Counter]int{}, taken: make([]int, len(flow.Edges)), visits: make([]int, len(flow.Nodes)), budget: 20_000}
		longest := w.walk(0, 0)
		if len(s.free) == 0 && longest > total.turns {
			t.Errorf("%v: a way of %d steps, proven were %d", edges, longest, total.turns)
		}
		if w.over != "" {
			t.Errorf("%v: %s", edges, w.over)
		}
	})
}

// A walker tries all ways through a flow, up to a depth.
type walker struct {
	flow          *Flow
	used          map[*Counter]int
	taken, visits []int // on the way so far
	over          string
	budget        int
}

// walk is the longest way on from a step.
func (w *walker) walk(at, depth int) int {
	const deepest = 12
	longest := 1
	w.visits[at]++
	defer func() { w.visits[at]-- }()
	if n := w.flow.Nodes[at].Visits; w.visits[at] > n {
		w.over = fmt.Sprintf("step %d is taken %d times, proven were %d", at, w.visits[at], n)
	}
	if w.budget--; depth == deepest || w.budget < 0 {
		return longest
	}
	for i := range w.flow.Edges {
		e := &w.flow.Edges[i]
		if e.From != at || e.Counter != nil && w.used[e.Counter] >= e.Counter.Bound {
			continue
		}
		before := maps.Clone(w.used)
		if e.Counter != nil {
			w.used[e.Counter]++
		}
		for _, c := range e.resets {
			w.used[c] = 0
		}
		if w.taken[i]++; w.taken[i] > e.Takes {
			w.over = fmt.Sprintf("edge %d is taken %d times, proven were %d", i, w.taken[i], e.Takes)
		}
		longest = max(longest, 1+w.walk(e.To, depth+1))
		w.taken[i]--
		w.used = before
	}
	return longest
}

func BenchmarkCertify1000(b *testing.B) {
	cfg, ds := loadFiles(b, crowd(1000), ".", Options{})
	if ds.HasErrors() {
		b.Fatal(ds[0])
	}
	b.Run("certificate", func(b *testing.B) {
		for b.Loop() {
			if Certify(cfg, "s") == nil {
				b.Fatal("there is no certificate")
			}
		}
	})
	b.Run("flows", func(b *testing.B) {
		for b.Loop() {
			if len(Flows(cfg, "s")) < 1000 {
				b.Fatal("flows are missing")
			}
		}
	})
}
