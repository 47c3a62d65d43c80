package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// A driver answers so that a session goes along the cycle that was printed.
type driver struct {
	*endless
	cycle []string // names of agents, or of nodes
	mu    sync.Mutex
	at    string // the node of whoever speaks next
	spoke int
	lost  string // who spoke and should not have
}

// Stream implements [providers.Model].
func (d *driver) Stream(_ context.Context, req *providers.Request) iter.Seq2[providers.Chunk, error] {
	d.mu.Lock()
	text := d.answer(req)
	d.mu.Unlock()
	return func(yield func(providers.Chunk, error) bool) {
		if yield(providers.Chunk{Text: text}, nil) {
			yield(providers.Chunk{Finish: providers.FinishStop, Usage: &providers.Usage{InputTokens: 1, OutputTokens: 1}}, nil)
		}
	}
}

func (d *driver) answer(req *providers.Request) string {
	switch {
	case req.Agent == "e":
		return "e"
	case len(req.Schema) > 0:
		b, _ := json.Marshal(map[string]any{"next": d.cycle[d.spoke%len(d.cycle)], "reason": "so"})
		if d.spoke++; d.kind == "moderated" {
			b = append([]byte(`{"end": false, `), b[1:]...)
		}
		return string(b)
	case d.kind == "graph":
		if d.runs[d.at] != req.Agent {
			d.lost = fmt.Sprintf("%s speaks, and node %s is of %s", req.Agent, d.at, d.runs[d.at])
		}
		d.at = d.next()
		return "go " + d.at
	default:
		return "on"
	}
}

// next is the node to go to: along the cycle, or on the way to it.
func (d *driver) next() string {
	if i := slices.Index(d.cycle, d.at); i >= 0 {
		return d.cycle[(i+1)%len(d.cycle)]
	}
	first := map[string]string{} // by node: the first step of a way to it
	todo := []string{d.at}
	for len(todo) > 0 {
		n := todo[0]
		todo = todo[1:]
		for _, to := range d.edges[n] {
			if first[to] != "" {
				continue
			}
			if first[to] = first[n]; n == d.at {
				first[to] = to
			}
			if slices.Contains(d.cycle, to) {
				return first[to]
			}
			todo = append(todo, to)
		}
	}
	return "nowhere"
}

// TestWhatIsRefusedGoesOn draws templates that may have no bound. One that is
// refused can be driven past any number of turns along the cycle that the
// finding prints, and is certified once the fix of the finding is made.
func TestWhatIsRefusedGoesOn(t *testing.T) {
	kinds := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		g := &endless{t: rt}
		src := g.scenario()
		_, ds := loadText(t, src)
		i := slices.IndexFunc(ds, func(d specs.Diagnostic) bool { return d.Code == "AC7001" })
		if i < 0 {
			if g.kind != "graph" {
				rt.Fatalf("it is not refused: %v\n%s", ds, src)
			}
			kinds["ends"]++
			return
		}
		kinds[g.kind]++
		d := &driver{endless: g, cycle: printedCycle(ds[i].Detail), at: g.start}
		if fixed, fds := loadText(t, mend(src, ds[i].Fix)); len(ds[i].Fix.Edits) > 0 && (fds.HasErrors() || specs.Certify(fixed, "s") == nil) {
			rt.Fatalf("the fix %+v does not do: %v\n%s", ds[i].Fix, fds, src)
		}
		most := rapid.IntRange(10, 120).Draw(rt, "most")
		limited := strings.Replace(src, "  opening = \"Begin.\"\n", fmt.Sprintf("  opening = \"Begin.\"\n  limits {\n    max_turns = %d\n  }\n", most), 1)
		if problem := d.drive(t, limited, most); problem != "" {
			rt.Fatalf("%s\n%s\n%s", problem, ds[i].Detail, src)
		}
	})
	t.Logf("driven: %v", kinds)
}

// mend makes the edits of a fix.
func mend(src string, fix *specs.Fix) string {
	for _, e := range slices.Backward(fix.Edits) {
		src = src[:e.Range.Start.Byte] + e.NewText + src[e.Range.End.Byte:]
	}
	return src
}

// printedCycle are the names in the cycle of a finding, the first one once.
func printedCycle(detail string) []string {
	_, rest, _ := strings.Cut(detail, "goes on as ")
	text, _, _ := strings.Cut(rest, ", and no count")
	var names []string
	for part := range strings.SplitSeq(text, " → ") {
		node, _, isNode := strings.Cut(part, ": ")
		if _, agent, isAgent := strings.Cut(part, "agent."); isAgent && !isNode {
			node = agent
		}
		names = append(names, node)
	}
	return names[:len(names)-1]
}

// drive runs a session, which only its limit may end, and follows the cycle.
func (d *driver) drive(t *testing.T, src string, most int) (problem string) {
	t.Helper()
	cfg, ds := loadText(t, src)
	if ds.HasErrors() {
		return fmt.Sprint("with a limit: ", ds)
	}
	models := scripts(cfg)
	entry := models["p"]
	entry.Model = d
	models["p"] = entry
	tmpl, ds := engine.Compile(cfg, "s", engine.Resources{Models: models})
	if ds.HasErrors() {
		return fmt.Sprint(ds)
	}
	var log []engine.Event
	synctest.Test(t, func(t *testing.T) {
		log = runIn(t, &memory.Journal{}, func(e *engine.Engine) (*engine.Session, error) {
			return e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
		})
	})
	end, _ := log[len(log)-1].Data.(*engine.Ended)
	if end == nil || end.Reason.Stop != "limits.max_turns" {
		return fmt.Sprintf("it ended by itself: %+v", end)
	}
	return d.follows(log, most)
}

// follows compares who spoke in the pattern with the cycle.
func (d *driver) follows(log []engine.Event, most int) string {
	inside := map[int]bool{}
	var spoke []string
	for i := range log {
		switch e := log[i].Data.(type) {
		case *engine.Entered:
			inside[e.Frame] = e.Name == "x"
		case *engine.Said:
			if inside[e.Frame] && e.Role == "assistant" {
				spoke = append(spoke, log[i].Agent)
			}
		}
	}
	if len(spoke) < most-5 { // the others spoke once each
		return fmt.Sprintf("%d turns in the pattern, of %d", len(spoke), most)
	}
	if d.kind == "graph" { // only the driver knows of which node a turn was
		return d.lost
	}
	for i, who := range spoke {
		if d.kind == "random" && !slices.Contains(d.cycle, who) || d.kind != "random" && who != d.cycle[i%len(d.cycle)] {
			return fmt.Sprintf("turn %d is of %s, the cycle is %v", i+1, who, d.cycle)
		}
	}
	return ""
}
