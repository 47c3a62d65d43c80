package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// glutton takes all that it can: it fails as often as it is asked again and
// bills that, calls tools as long as there are any, answers wrongly as often as
// it may mend it, with answers as long as their cap, and never agrees.
type glutton struct {
	mu      sync.Mutex
	choices []byte
	calls   int
	by      map[string]*appetite
}

// appetite is how far an agent's request has come.
type appetite struct{ fails, mends int }

// meal is what a call does.
type meal struct {
	fail, tool, bad bool
	choice          byte
}

func (g *glutton) next(req *providers.Request) meal {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := g.by[req.Agent]
	if a == nil {
		a = &appetite{}
		g.by[req.Agent] = a
	}
	m := meal{choice: g.choices[g.calls%len(g.choices)]}
	g.calls++
	if a.fails++; a.fails%2 == 1 { // attempts = 2
		m.fail = true
		return m
	}
	if len(req.Tools) > 0 && m.choice%8 != 0 {
		m.tool = true
		return m
	}
	if a.mends++; a.mends%3 != 0 {
		m.bad = true
	}
	return m
}

// weight is the size of a request as a vendor counts it, in tokens.
func weight(req *providers.Request) int {
	n := len(req.System) + len(req.Schema)
	for _, m := range req.Messages {
		n += len(m.Content)
		for _, c := range m.ToolCalls {
			n += len(c.Name) + len(c.Arguments)
		}
	}
	for _, tool := range req.Tools {
		n += len(tool.Name) + len(tool.Description) + len(tool.Schema)
	}
	return (n + 3) / 4
}

// Stream implements [providers.Model].
func (g *glutton) Stream(_ context.Context, req *providers.Request) iter.Seq2[providers.Chunk, error] {
	m := g.next(req)
	usage := providers.Usage{InputTokens: weight(req), OutputTokens: req.MaxTokens}
	return func(yield func(providers.Chunk, error) bool) {
		end := providers.Chunk{Finish: providers.FinishStop, Usage: &usage}
		long := strings.Repeat("no, ", req.MaxTokens)
		switch {
		case m.fail:
			yield(providers.Chunk{}, &providers.Error{Kind: providers.Overloaded, Message: "glutton", Usage: usage})
			return
		case m.tool:
			room := max(4*req.MaxTokens-80, 0)
			name := req.Tools[int(m.choice)%len(req.Tools)].Name
			args := fmt.Sprintf(`{"task": %q, "reason": "so"}`, strings.Repeat("x", room/2))
			if name == "ask" {
				args = fmt.Sprintf(`{"agent": %q, "question": %q}`, string("abc"[m.choice/7%3]), strings.Repeat("x", room/2))
			}
			if !yield(providers.Chunk{ToolCall: &providers.ToolCall{Name: name, Arguments: json.RawMessage(args)}}, nil) {
				return
			}
		case m.bad:
			if len(req.Schema) == 0 {
				long = strings.Repeat(" ", 4*req.MaxTokens) // empty
			}
			if !yield(providers.Chunk{Text: long}, nil) {
				return
			}
		default:
			if len(req.Schema) > 0 {
				long = structured(req.Schema, m.choice)
				long = long[:len(long)-1] + strings.Repeat(" ", max(0, 4*req.MaxTokens-len(long))) + "}"
			}
			if !yield(providers.Chunk{Text: long}, nil) {
				return
			}
		}
		yield(end, nil)
	}
}

// tightness collects how much of what is certified was taken.
type tightness struct {
	mu    sync.Mutex
	sum   map[string]float64
	most  map[string]float64
	count int
}

func (x *tightness) add(what string, measured float64, certified specs.Amount) {
	if certified == 0 || !certified.Bounded() {
		return
	}
	share := measured / float64(certified)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.sum[what] += share
	x.most[what] = max(x.most[what], share)
}

// TestNothingCostsMore runs random trees of patterns against a model that takes
// all it can: no session takes more turns, calls, tokens or money than its
// certificate says.
func TestNothingCostsMore(t *testing.T) {
	dir := t.TempDir()
	tight := &tightness{sum: map[string]float64{}, most: map[string]float64{}}
	rapid.Check(t, func(rt *rapid.T) {
		g := &tree{t: rt, crowd: rapid.Bool().Draw(rt, "crowd")}
		src := g.scenario()
		most := rapid.IntRange(60, 400).Draw(rt, "max_tokens")
		src = strings.ReplaceAll(src, "  provider = provider.p\n", fmt.Sprintf("  provider = provider.p\n  max_tokens = %d\n", most))
		src = strings.ReplaceAll(src, "provider \"scripted\" \"p\" {\n", "provider \"scripted\" \"p\" {\n  price {\n    input = 3\n    output = 15\n  }\n")
		choices := rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(rt, "choices")
		path := filepath.Join(dir, "main.hcl")
		if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
			rt.Fatal(err)
		}
		cfg, diags := specs.Load(path, specs.Options{})
		if diags.HasErrors() {
			rt.Skip("the tree is refused")
		}
		models := scripts(cfg)
		hungry := &glutton{choices: choices, by: map[string]*appetite{}}
		for name, entry := range models {
			entry.Model = hungry
			models[name] = entry
		}
		tmpl, diags := engine.Compile(cfg, "s", engine.Resources{Models: models, Tools: map[string][]engine.Tool{"t": {loud()}}})
		if diags.HasErrors() {
			rt.Skip("the tree is refused")
		}
		within(t, rt, tmpl, specs.Certify(cfg, "s"), tight, src)
	})
	for _, what := range []string{"turns", "calls", "tokens", "cost"} {
		t.Logf("%s: %.3f of what is certified in the mean of %d sessions, %.3f at most", what, tight.sum[what]/float64(max(tight.count, 1)), tight.count, tight.most[what])
	}
}

// loud is a tool whose result is as long as it may be.
func loud() engine.Tool {
	return engine.Tool{
		Spec: providers.ToolSpec{Name: "t", Schema: json.RawMessage(`{"type":"object"}`)},
		Call: func(context.Context, json.RawMessage) (string, error) { return strings.Repeat("y", 3000), nil },
	}
}

// within runs a session and compares what it takes with its certificate.
func within(t *testing.T, rt *rapid.T, tmpl *engine.Template, c *specs.Certificate, tight *tightness, src string) {
	t.Helper()
	var problem string
	synctest.Test(t, func(t *testing.T) {
		journal := &memory.Journal{}
		e := engine.New(engine.Config{Journal: journal, Logger: quiet()})
		defer e.Close()
		s, err := e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
		if err != nil {
			problem = err.Error()
			return
		}
		select {
		case <-s.Done():
		case <-time.After(1000 * time.Hour):
			problem = "it did not end"
			return
		}
		var calls, tokens, cost float64
		for ev, err := range journal.Read(t.Context(), "s", 0) {
			if err != nil {
				problem = err.Error()
				return
			}
			switch d := ev.Data.(type) {
			case *engine.ModelCalled:
				calls++
			case *engine.ModelAnswered:
				cost += money(d.Cost)
			case *engine.ModelFailed:
				cost += money(d.Cost)
			}
			if ev.Usage != nil {
				tokens += float64(ev.Usage.Total())
			}
		}
		check := func(what string, measured float64, most specs.Amount) {
			if measured > float64(most)+1e-9 {
				problem += fmt.Sprintf("%v %s, certified are %v (%s)\n", measured, what, float64(most), c.Reasons[what])
			}
			tight.add(what, measured, most)
		}
		info, err := s.Info(t.Context())
		if err != nil {
			problem = err.Error()
			return
		}
		tight.count++
		check("turns", float64(info.Turns), c.Turns)
		check("calls", calls, c.Calls)
		check("tokens", tokens, c.Tokens)
		check("cost", cost, c.Cost)
	})
	if problem != "" || t.Failed() {
		rt.Fatalf("%s\n%s", problem, src)
	}
}

func money(f *float64) float64 {
	if f == nil {
		return 0
	}
	return *f
}
