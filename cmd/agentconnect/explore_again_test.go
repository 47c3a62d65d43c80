package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/trial"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// beside is a scenario whose calls fail beside each other and are made again.
const beside = `
provider "openai" "small" {
  model = "gpt-5-mini"
  retry { attempts = 2 }
}
agent "ann" {
  provider   = provider.small
  max_tokens = 100
}
agent "bob" {
  provider   = provider.small
  max_tokens = 100
}
pattern "parallel" "both" {
  participants = [agent.ann, agent.bob]
  on_error     = "skip"
}
pattern "loop" "twice" {
  participants   = [pattern.both]
  until          = "last.content contains 'DONE'"
  max_iterations = 2
}
session "talk" {
  type    = "agent_agent"
  pattern = pattern.twice
  opening = "Begin."
  limits { max_cost = 1 }
}
`

// TestExploredBeside writes paths over a certificate, which are planted, and on
// which calls fail in parallel branches and are made again, after answers of the
// same turn, too: a run comes to what was explored, whatever call comes first.
func TestExploredBeside(t *testing.T) {
	folder := t.TempDir()
	main := filepath.Join(folder, "main.hcl")
	if err := os.WriteFile(main, []byte(beside), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, ds, err := checked(main, nil)
	if err != nil || ds.HasErrors() {
		t.Fatal(ds, err)
	}
	for _, calls := range []int{5, 11, 14, 17} {
		run := exploredOver(t, cfg, specs.Amount(calls))
		if strings.Count(run, "fail ") < 3 || strings.Contains(run, "call =") {
			t.Errorf("got %s, want three failures, each of its agent", run)
		}
		suite := filepath.Join(folder, fmt.Sprintf("over%d.test.hcl", calls))
		if err := os.WriteFile(suite, []byte(run), 0o600); err != nil {
			t.Fatal(err)
		}
		report, err := trial.Run(t.Context(), trial.Options{Files: []string{suite}, Settings: settings})
		if err != nil {
			t.Fatal(err)
		}
		found := report.Files[0].Results[0].Findings
		if len(found) != 1 || !strings.HasSuffix(found[0].Detail, fmt.Sprintf("calls; at most %d were expected.", calls)) {
			t.Errorf("got %v of %s, want more than %d calls", found, run, calls)
		}
	}
}

// exploredOver is the run of a path that takes more calls than a certificate says.
func exploredOver(t *testing.T, cfg *specs.Config, calls specs.Amount) string {
	t.Helper()
	s := cfg.Sessions[0]
	tmpl, _ := engine.Compile(cfg, s.Name, engine.Resources{Models: priced(cfg)})
	o := engine.ExploreOptions{Certificate: specs.Certify(cfg, s.Name), States: 1000}
	o.Certificate.Calls = calls
	r, err := engine.Explore(t.Context(), tmpl, o)
	if err != nil {
		t.Fatal(err)
	}
	x, err := newExplored(cfg, s, tmpl, &o, r)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(x.Findings, func(f exploredFinding) bool { return f.Kind == engine.FoundOver })
	if i < 0 {
		t.Fatalf("got %v, want a path over the certificate", x.Findings)
	}
	return x.Findings[i].Run
}
