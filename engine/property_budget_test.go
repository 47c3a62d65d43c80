package engine_test

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// poor makes a template with a budget that is never enough, or nil when the
// tree is refused.
func poor(rt *rapid.T, dir string) (tmpl *engine.Template, src string) {
	g := &tree{t: rt, crowd: rapid.Bool().Draw(rt, "crowd")}
	src = g.scenario()
	if rapid.Bool().Draw(rt, "capped") {
		answer := rapid.IntRange(20, 400).Draw(rt, "answer")
		src = strings.ReplaceAll(src, "  provider = provider.p\n", fmt.Sprintf("  provider = provider.p\n  max_tokens = %d\n", answer))
	}
	price := "\n  price {\n    input = 3\n    output = 15\n  }\n"
	for _, name := range []string{"p", "q"} {
		block := fmt.Sprintf("provider \"scripted\" %q {", name)
		src = strings.ReplaceAll(src, block, block+price)
	}
	limits := ""
	if !strings.Contains(src, "    max_tokens =") {
		limits = fmt.Sprintf("    max_tokens = %d\n", rapid.IntRange(1, 60_000).Draw(rt, "tokens"))
	}
	if rapid.Bool().Draw(rt, "cost") {
		limits += fmt.Sprintf("    max_cost = %v\n", float64(rapid.IntRange(1, 900).Draw(rt, "max_cost"))/1000)
	}
	src = strings.ReplaceAll(src, "    max_repeats = 50\n", "    max_repeats = 50\n"+limits)
	path := filepath.Join(dir, "main.hcl")
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		rt.Fatal(err)
	}
	cfg, diags := specs.Load(path, specs.Options{})
	if diags.HasErrors() {
		for _, d := range diags {
			if d.Severity == specs.SeverityError && d.Code[:3] != "AC6" && d.Code[:3] != "AC7" {
				rt.Fatalf("%s: %s\n%s", d.Summary, d.Detail, src)
			}
		}
		return nil, src
	}
	models := scripts(cfg)
	gluttons(models, rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(rt, "choices"))
	tmpl, diags = engine.Compile(cfg, "s", engine.Resources{Models: models, Tools: loud()})
	if diags.HasErrors() {
		rt.Fatalf("%v\n%s", diags, src)
	}
	return tmpl, src
}

// overdrawn says where a log takes more than its budget, what is reserved and
// what nobody knows of included.
func overdrawn(log []engine.Event, most specs.Limits) string {
	type sum struct{ tokens, cost float64 }
	var used, lost sum
	open := map[int]sum{}
	for _, ev := range log {
		end := func(call int, cost *float64) {
			if ev.Usage == nil && cost == nil {
				lost.tokens, lost.cost = lost.tokens+open[call].tokens, lost.cost+open[call].cost
			}
			delete(open, call)
			used.cost += money(cost)
		}
		switch d := ev.Data.(type) {
		case *engine.ModelCalled:
			open[d.Call] = sum{float64(d.Reserved.Tokens), d.Reserved.Cost}
		case *engine.ModelAnswered:
			end(d.Call, d.Cost)
		case *engine.ModelFailed:
			end(d.Call, d.Cost)
		}
		if ev.Usage != nil {
			used.tokens += float64(ev.Usage.Total())
		}
		all := sum{used.tokens + lost.tokens, used.cost + lost.cost}
		for _, o := range open {
			all.tokens, all.cost = all.tokens+o.tokens, all.cost+o.cost
		}
		if most.MaxTokens > 0 && all.tokens > float64(most.MaxTokens) || most.MaxCost > 0 && all.cost > most.MaxCost+1e-9 {
			return fmt.Sprintf("event %d (%s): %v tokens and %v USD are used, lost or reserved, allowed are %d and %v", ev.Seq, ev.Type(), all.tokens, all.cost, most.MaxTokens, most.MaxCost)
		}
	}
	return ""
}

// TestBudgetsHold runs random trees with small budgets against a model that
// takes all it can, while persons speak and interrupt; the process dies at a
// random moment, and the session goes on. No moment overdraws what the session
// may take, its finalizing turn included, and a replay decides alike.
func TestBudgetsHold(t *testing.T) {
	dir := t.TempDir()
	ends := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		tmpl, src := poor(rt, dir)
		if tmpl == nil {
			ends["refused"]++
			return
		}
		cut := rapid.Float64Range(0, 1).Draw(rt, "cut")
		before, after := deeds(rt), deeds(rt)
		problem := ""
		synctest.Test(t, func(t *testing.T) {
			first := &batches{}
			whole, _ := crowdRun(t, first, before, "early", func(e *engine.Engine) (*engine.Session, error) {
				return e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
			})
			if problem = audit(t, tmpl, whole); problem != "" || t.Failed() || len(first.ends) < 2 {
				return
			}
			second := &memory.Journal{}
			at := first.ends[int(cut*float64(len(first.ends)-2))]
			if err := second.Append(t.Context(), "s", 0, whole[:at]); err != nil {
				t.Fatal(err)
			}
			again, _ := crowdRun(t, second, after, "late", func(e *engine.Engine) (*engine.Session, error) {
				return e.Resume(t.Context(), tmpl, "s")
			})
			if problem = audit(t, tmpl, again); problem == "" {
				end := again[len(again)-1].Data.(*engine.Ended) //nolint:forcetypeassert // crowdRun saw to it
				ends[end.Reason.Stop]++
			}
		})
		if problem != "" || t.Failed() {
			rt.Fatalf("%s\n%s", problem, src)
		}
	})
	t.Logf("ends: %v", ends)
}

// audit looks at a log's budget, and replays it.
func audit(t *testing.T, tmpl *engine.Template, log []engine.Event) string {
	t.Helper()
	if problem := overdrawn(log, engine.LimitsOf(tmpl)); problem != "" {
		return problem
	}
	d, err := engine.Replay(t.Context(), tmpl, each(log))
	switch {
	case err != nil:
		return err.Error()
	case d != nil:
		return d.Text
	}
	return ""
}

func each(log []engine.Event) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		for _, ev := range log {
			if !yield(ev, nil) {
				return
			}
		}
	}
}
