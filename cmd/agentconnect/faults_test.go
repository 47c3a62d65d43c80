package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/trial"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
	"github.com/agentconnect-dev/agentconnect/specs/lint"
)

// foundBy says in a fixture's first line what finds its fault.
var foundBy = regexp.MustCompile(`^# FOUND BY (validate|lint|explore) (\S+): (.+)\n`)

// TestFaults finds planted faults, each by the one that should: what validate
// sees is not left to lint, and what lint sees is not left to explore.
func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.hcl")
	if err != nil || len(files) < 10 {
		t.Fatalf("found %v: %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".hcl"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := foundBy.FindSubmatch(text)
			if want == nil {
				t.Fatal("the first line does not say what finds the fault")
			}
			by, kind, words := string(want[1]), string(want[2]), string(want[3])
			for _, tool := range []string{"validate", "lint", "explore"} {
				found := findings(t, tool, file)
				if tool != by {
					if len(found) > 0 {
						t.Errorf("%s finds %v, which %s is to find", tool, found, by)
					}
					continue
				}
				if !slices.ContainsFunc(found, func(f string) bool { return strings.HasPrefix(f, kind) && strings.Contains(f, words) }) {
					t.Errorf("%s finds %v, want %s: %s", tool, found, kind, words)
				}
				return
			}
		})
	}
}

// findings are what a tool says of a scenario, by code or kind.
func findings(t *testing.T, tool, file string) []string {
	t.Helper()
	cfg, ds, err := checked(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	switch tool {
	case "lint":
		if ds, err = lint.Check(cfg, lint.Options{}); err != nil {
			t.Fatal(err)
		}
	case "explore":
		var list []string
		for _, f := range exploredAlone(t, cfg, cfg.Sessions[0], engine.ExploreOptions{}).Findings {
			list = append(list, f.Kind+" "+f.Text)
		}
		return list
	}
	list := make([]string, len(ds))
	for i, d := range ds {
		list[i] = fmt.Sprintf("%s %s %s", d.Code, d.Address, d.Detail)
	}
	return list
}

// exploredAlone explores a session without a command line.
func exploredAlone(t *testing.T, cfg *specs.Config, s *specs.Session, o engine.ExploreOptions) *explored {
	t.Helper()
	v := newVendors()
	t.Cleanup(v.close)
	callable, err := v.toolsOf(cfg)
	if err != nil {
		t.Fatal(err)
	}
	tmpl, ds := engine.Compile(cfg, s.Name, engine.Resources{Models: priced(cfg), Tools: callable})
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	o.Certificate = specs.Certify(cfg, s.Name)
	r, err := engine.Explore(t.Context(), tmpl, o)
	if err != nil {
		t.Fatal(err)
	}
	x, err := newExplored(cfg, s, tmpl, &o, r)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestExploredRuns explores each example, and runs what explore writes down as
// tests: each comes to the end that was explored.
func TestExploredRuns(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/main.hcl")
	if err != nil || len(files) < 20 {
		t.Fatalf("found %v: %v", files, err)
	}
	ran := 0
	for _, file := range files {
		folder := t.TempDir()
		if err := os.CopyFS(folder, os.DirFS(filepath.Dir(file))); err != nil {
			t.Fatal(err)
		}
		cfg, ds := specs.Load(folder, specs.Options{AllowMissingEnv: true})
		if ds.HasErrors() {
			t.Fatal(ds)
		}
		suite := &exploredSuite{path: filepath.Join(folder, "explored.test.hcl")}
		for _, s := range cfg.Sessions {
			x := exploredAlone(t, cfg, s, engine.ExploreOptions{States: 300, Says: 2})
			for _, f := range x.Findings {
				t.Errorf("%s: %s: %s", file, f.Kind, f.Text)
			}
			suite.add(x)
		}
		if err := os.WriteFile(suite.path, []byte(suite.whole()), 0o600); err != nil {
			t.Fatal(err)
		}
		report, err := trial.Run(t.Context(), trial.Options{Files: []string{suite.path}, Settings: settings})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range report.Files {
			for _, d := range f.Findings {
				t.Errorf("%s: %v", file, d)
			}
			for _, r := range f.Results {
				if ran++; r.Failed() {
					t.Errorf("%s: %s: %v", file, r.Name, r.Findings)
				}
			}
		}
	}
	if ran < 30 {
		t.Errorf("only %d runs were written", ran)
	}
}

// TestExploredFinding writes a path over a certificate, which is planted, as a
// run, which fails by what it takes until that is mended.
func TestExploredFinding(t *testing.T) {
	cfg, _, err := checked("testdata/faults/stop_after_the_end.hcl", nil)
	if err != nil {
		t.Fatal(err)
	}
	most := specs.Certify(cfg, cfg.Sessions[0].Name).Calls - 1
	run := exploredOver(t, cfg, most)
	folder := t.TempDir()
	text, err := os.ReadFile("testdata/faults/stop_after_the_end.hcl")
	if err != nil {
		t.Fatal(err)
	}
	suite := filepath.Join(folder, "found.test.hcl")
	for path, text := range map[string][]byte{filepath.Join(folder, "main.hcl"): text, suite: []byte(run)} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	report, err := trial.Run(t.Context(), trial.Options{Files: []string{suite}, Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	result := report.Files[0].Results[0]
	want := fmt.Sprintf("It took %g calls; at most %g were expected.", float64(most)+1, float64(most))
	if len(result.Findings) != 1 || result.Findings[0].Detail != want {
		t.Errorf("got %v, want %s", result.Findings, want)
	}
}
