package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// TestExploreSmall goes through small scenarios of each kind in every way that
// models and persons could choose: they end, within their certificates.
func TestExploreSmall(t *testing.T) {
	for _, tt := range smalls {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tmpl, certificate := explorable(t, tt.src)
			r, err := engine.Explore(t.Context(), tmpl, engine.ExploreOptions{Certificate: certificate, States: 6000, Says: 2})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range r.Findings {
				t.Errorf("%s: %s%s", f.Kind, f.Text, told(f.Path))
			}
			if len(r.Ends) == 0 {
				t.Error("no path came to an end")
			}
			if !r.Complete || !r.Measured {
				t.Error("not every path was followed to its end")
			}
			if len(r.Silent) > 0 || len(r.Unfired) > 0 {
				t.Errorf("%v never spoke, %v never fired", r.Silent, r.Unfired)
			}
			share := func(got float64, most specs.Amount) string {
				if certificate.PerMessage {
					return fmt.Sprintf("%g of 2 times %g", got, float64(most))
				}
				return fmt.Sprintf("%g of %g", got, float64(most))
			}
			t.Logf("%s: %d states, %d deep, complete: %t; turns %s, calls %s, tokens %s, cost %s", tt.name, r.States, r.Depth, r.Complete,
				share(float64(r.Most.Turns), certificate.Turns), share(float64(r.Most.Calls), certificate.Calls),
				share(float64(r.Most.Tokens), certificate.Tokens), share(r.Most.Cost, certificate.Cost))
			for _, e := range r.Ends {
				t.Logf("%s by %s, %d times, as after%s", e.Outcome, e.Stop, e.Count, told(e.Path))
			}
		})
	}
}

// explorable compiles a scenario and certifies it.
func explorable(t *testing.T, src string) (*engine.Template, *specs.Certificate) {
	t.Helper()
	cfg, ds := loadText(t, src)
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	return compile(t, cfg, map[string][]engine.Tool{"t": {guardedTool()}}), specs.Certify(cfg, "s")
}

// guardedTool is a tool that a person must allow. Nobody calls it.
func guardedTool() engine.Tool {
	return engine.Tool{
		Spec:     providers.ToolSpec{Name: "t", Schema: json.RawMessage(`{"type":"object","properties":{"n":{"type":"number"}}}`)},
		Approval: true,
		Call:     func(context.Context, json.RawMessage) (string, error) { return "", errors.New("it is only explored") },
	}
}

func told(path []engine.Choice) string {
	var b strings.Builder
	for _, c := range path {
		b.WriteString("\n  " + c.String())
	}
	return b.String()
}

// nextMove is a pattern that always wants the same.
type nextMove struct{ engine.Move }

func (n nextMove) Next(*engine.State, *engine.Frame) engine.Move { return n.Move }

// TestExploreFindsFaults plants faults, which are found with the way to them.
func TestExploreFindsFaults(t *testing.T) {
	tmpl, certificate := explorable(t, smalls[0].src)
	smaller := *certificate
	smaller.Tokens--
	tests := []struct {
		name, kind, text string
		tmpl             *engine.Template
		certificate      *specs.Certificate
		path             int
	}{
		{"nothing begins", engine.FoundDeadlock, "nobody does anything or", engine.Planted(tmpl, nextMove{}), certificate, 0},
		{"rounds of nobody", engine.FoundLivelock, "led to no turn", engine.Planted(tmpl, nextMove{engine.Move{Round: true}}), certificate, 0},
		{"another round", engine.FoundOver, "turns, and the certificate says 2", engine.Longer(tmpl, 1), certificate, 2},
		{"no end", engine.FoundOver, "calls, and the certificate says", engine.Planted(tmpl, again{}), certificate, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := engine.Explore(t.Context(), tt.tmpl, engine.ExploreOptions{Certificate: tt.certificate, States: 3000, Depth: 12})
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(r.Findings, func(f engine.Finding) bool { return f.Kind == tt.kind && strings.Contains(f.Text, tt.text) })
			if i < 0 {
				t.Fatalf("got %v, want %s: %s", r.Findings, tt.kind, tt.text)
			}
			if got := len(r.Findings[i].Path); got < tt.path {
				t.Errorf("got a path of %d choices, want %d at least", got, tt.path)
			}
		})
	}
}

// again is a pattern that never ends.
type again struct{}

func (again) Next(st *engine.State, f *engine.Frame) engine.Move {
	if engine.Busy(f) {
		return engine.Move{}
	}
	return engine.Move{Steps: []engine.Step{{Answers: -1}}}
}

// TestExploreIsDeterministic explores the same twice, once with states that are
// written down and read again in between: both give the same report.
func TestExploreIsDeterministic(t *testing.T) {
	for _, tt := range smalls {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tmpl, certificate := explorable(t, tt.src)
			o := engine.ExploreOptions{Certificate: certificate, States: 300}
			first, err := engine.Explore(t.Context(), tmpl, o)
			if err != nil {
				t.Fatal(err)
			}
			second, err := engine.ExploreSaved(t.Context(), tmpl, o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(first, second, cmpopts.IgnoreUnexported(engine.Choice{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestExploreReduced explores once with states as they are, and once without
// what decides nothing in them: both find the same.
func TestExploreReduced(t *testing.T) {
	compared := 0
	for _, tt := range smalls {
		tmpl, certificate := explorable(t, tt.src)
		o := engine.ExploreOptions{Certificate: certificate, States: 4000}
		all, err := engine.ExploreAll(t.Context(), tmpl, o)
		if err != nil {
			t.Fatal(err)
		}
		reduced, err := engine.Explore(t.Context(), tmpl, o)
		if err != nil {
			t.Fatal(err)
		}
		if !reduced.Complete || reduced.States > all.States {
			t.Errorf("%s: %d states instead of %d, complete: %t", tt.name, reduced.States, all.States, reduced.Complete)
		}
		if !all.Complete {
			continue
		}
		compared++
		found := func(r *engine.Report) []any {
			var ends, kinds []string
			for _, e := range r.Ends {
				ends = append(ends, string(e.Outcome)+" by "+e.Stop)
			}
			for _, f := range r.Findings {
				kinds = append(kinds, f.Kind)
			}
			return []any{ends, kinds, r.Most, r.Silent, r.Unfired}
		}
		if diff := cmp.Diff(found(all), found(reduced), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
	if compared < 20 {
		t.Errorf("only %d scenarios were compared", compared)
	}
}

// TestExploreExamples goes some way into each example: nothing there is stuck
// or takes more than its certificate says.
func TestExploreExamples(t *testing.T) {
	files, err := filepath.Glob("../examples/*/main.hcl")
	if err != nil || len(files) < 20 {
		t.Fatalf("found %v: %v", files, err)
	}
	for _, file := range files {
		folder := filepath.Dir(file)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			cfg, ds := specs.Load(folder, specs.Options{})
			if ds.HasErrors() {
				t.Fatal(ds)
			}
			tools := map[string][]engine.Tool{}
			for _, spec := range cfg.Tools {
				tool := guardedTool()
				tool.Spec.Name, tool.Approval = spec.Name, spec.Approval != "never"
				tools[spec.Name] = []engine.Tool{tool}
			}
			r, err := engine.Explore(t.Context(), compile(t, cfg, tools), engine.ExploreOptions{
				Certificate: specs.Certify(cfg, cfg.Sessions[0].Name), States: 500, Says: 2,
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range r.Findings {
				t.Errorf("%s: %s%s", f.Kind, f.Text, told(f.Path))
			}
		})
	}
}

// TestRetrace goes along each path that was found, and comes to the same end.
func TestRetrace(t *testing.T) {
	for _, tt := range smalls {
		tmpl, certificate := explorable(t, tt.src)
		o := engine.ExploreOptions{Certificate: certificate, States: 500, Says: 2}
		r, err := engine.Explore(t.Context(), tmpl, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range r.Ends {
			s, err := engine.Retrace(tmpl, o, e.Path)
			if err != nil {
				t.Fatal(err)
			}
			if s.Ended == nil || s.Ended.Outcome != e.Outcome || s.Ended.Reason.Stop != e.Stop {
				t.Errorf("%s: got %v, want %s by %s", tt.name, s, e.Outcome, e.Stop)
			}
			if len(s.Calls) != s.Taken.Calls {
				t.Errorf("%s: %s has %d calls, and %d were counted", tt.name, s, len(s.Calls), s.Taken.Calls)
			}
			for _, c := range s.Calls {
				if c.Provider == "" || c.Agent == "" || c.Over > len(e.Path) {
					t.Errorf("%s: %s has the call %+v", tt.name, s, c)
				}
			}
		}
	}
}

// TestRetraceSilence says that nobody can play a person who is there and silent,
// before the first message too.
func TestRetraceSilence(t *testing.T) {
	tmpl := compileText(t, `
provider "scripted" "p" {}
agent "a" { provider = provider.p }
pattern "sequential" "x" { participants = [agent.a] }
session "s" {
  pattern      = pattern.x
  start        = "on_message"
  idle_timeout = "30m"
}
`)
	r, err := engine.Explore(t.Context(), tmpl, engine.ExploreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, e := range r.Ends {
		s, err := engine.Retrace(tmpl, engine.ExploreOptions{}, e.Path)
		if err != nil {
			t.Fatal(err)
		}
		silent := e.Stop == "idle_timeout"
		if silent {
			seen++
		}
		if silent != (s.Unlike == "a person who is there stays silent") {
			t.Errorf("%s: got %q", s, s.Unlike)
		}
	}
	if seen != 1 {
		t.Errorf("idle_timeout ended %d ways, want 1: %+v", seen, r.Ends)
	}
}

// TestExploreProgress is told how far it is, and ends when it is not wanted.
func TestExploreProgress(t *testing.T) {
	tmpl, _ := explorable(t, smalls[len(smalls)-1].src)
	ctx, cancel := context.WithCancel(t.Context())
	told := 0
	for _, tt := range smalls {
		if tt.name == "supervisor" {
			tmpl, _ = explorable(t, tt.src)
		}
	}
	r, err := engine.Explore(ctx, tmpl, engine.ExploreOptions{Progress: func(p engine.ExploreProgress) {
		if told++; p.States == 0 {
			t.Errorf("got %+v, want some states", p)
		}
		cancel()
	}})
	if told != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("was told %d times, and ended by %v", told, err)
	}
	if r == nil || r.States == 0 || len(r.Ends) == 0 || r.Measured || r.MeasuredCut != engine.CutInterrupted {
		t.Errorf("got %+v, want what was found until then", r)
	}
}

// TestExploreIsCutOff says what cut an exploration off, and is not sure of what it
// has not seen then.
func TestExploreIsCutOff(t *testing.T) {
	tmpl, _ := explorable(t, smalls[0].src)
	runtime.GC() // so that it is known what is live
	for cut, o := range map[string]engine.ExploreOptions{
		engine.CutStates: {States: 2}, engine.CutDepth: {Depth: 1}, engine.CutMemory: {Memory: 1}, "": {Memory: 1 << 50},
	} {
		r, err := engine.Explore(t.Context(), tmpl, o)
		if err != nil || r.Cut != cut || r.MeasuredCut != cut || r.Complete != (cut == "") || r.Measured != (cut == "") || r.Sure() != (cut == "") {
			t.Errorf("got %+v, %v, want it to be cut off by %q", r, err, cut)
		}
	}
	r, err := engine.Explore(t.Context(), tmpl, engine.ExploreOptions{Measured: 3})
	if err != nil || !r.Complete || r.MeasuredCut != engine.CutStates {
		t.Errorf("got %+v, %v, want the second search to be cut off", r, err)
	}
}
