package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
	"github.com/agentconnect-dev/agentconnect/specs/lint"
)

// every is findings of all shapes: those of the language's invalid fixtures and
// of the linter's.
func every(t *testing.T) specs.Diagnostics {
	t.Helper()
	noEnv := func(string) (string, bool) { return "", false }
	var all specs.Diagnostics
	for _, pattern := range []string{"../../specs/testdata/invalid/*", "../../specs/lint/testdata/*.hcl"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("got no fixtures at %s (%v)", pattern, err)
		}
		for _, path := range paths {
			cfg, ds := specs.Load(path, specs.Options{Env: noEnv})
			all = append(all, ds...)
			if cfg == nil {
				continue
			}
			found, err := lint.Check(cfg, lint.Options{})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, found...)
		}
	}
	x := &explored{Session: "s"}
	for _, kind := range []string{engine.FoundDeadlock, engine.FoundLivelock, engine.FoundOver, engine.FoundPanic, foundSilent, foundUnfired, foundUntaken} {
		at := specs.Range{Filename: "main.hcl", Start: specs.Pos{Line: 3}} // of the block's first line
		x.Findings = append(x.Findings, exploredFinding{Kind: kind, Text: "It is so.", at: at, Path: []engine.Choice{{Do: engine.DoWait}}})
	}
	all = append(all, exploredDiagnostics([]*explored{x})...)
	return append(all, specs.Diagnostic{Severity: specs.SeverityError, Code: "AC1001", Summary: "Cannot read file", Detail: "It has\nlines."})
}

// What is written as SARIF is SARIF, by the standard's own schema.
func TestSARIF(t *testing.T) {
	schema := sarifSchema(t)
	for _, ds := range []specs.Diagnostics{nil, every(t)} {
		text, err := sarif(ds)
		if err != nil {
			t.Fatal(err)
		}
		var log any
		if err := json.Unmarshal(text, &log); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(log); err != nil {
			t.Errorf("%d findings: %v", len(ds), err)
		}
		var own sarifLog
		if err := json.Unmarshal(text, &own); err != nil {
			t.Fatal(err)
		}
		if got := len(own.Runs[0].Results); got != len(ds) {
			t.Errorf("got %d results, want %d", got, len(ds))
		}
		for _, r := range own.Runs[0].Results {
			if own.Runs[0].Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
				t.Errorf("result of %s points at the rule %s", r.RuleID, own.Runs[0].Tool.Driver.Rules[r.RuleIndex].ID)
			}
		}
	}
	if err := schema.Validate(map[string]any{"version": "2.1.0"}); err == nil {
		t.Error("the schema lets anything pass")
	}
}

// sarifSchema is in the sources of a linter among the pinned tools.
func sarifSchema(t *testing.T) *jsonschema.Resolved {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-modfile=../../.ci/tools.mod", "-json", "github.com/securego/gosec/v2")
	out, err := cmd.Output()
	var module struct{ Dir string }
	if err == nil {
		err = json.Unmarshal(out, &module)
	}
	if err == nil && module.Dir == "" {
		err = errors.New("go mod download names no directory")
	}
	if err != nil && os.Getenv("CI") == "" {
		t.Skipf("the schema of SARIF is not to be had: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(module.Dir, "report", "sarif", "testdata", "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	schema.Schema, schema.ID = "http://json-schema.org/draft-07/schema#", "" // draft 4 says the same of what this one uses
	resolved, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return resolved
}

func TestSARIFAddresses(t *testing.T) {
	tests := []struct{ name, want string }{
		{"main.hcl", "main.hcl"},
		{"a b/größe.hcl", "a%20b/gr%C3%B6%C3%9Fe.hcl"},
		{"../x.hcl", "../x.hcl"},
		{"c:x.hcl", "./c:x.hcl"},
		{"/etc/x.hcl", "file:///etc/x.hcl"},
	}
	for _, tt := range tests {
		if got := sarifURI(tt.name); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

// An annotation is one line, whatever is in a message or a file's name.
func TestAnnotations(t *testing.T) {
	at := specs.Range{Filename: "a,b:c%.hcl", Start: specs.Pos{Line: 2, Column: 3}, End: specs.Pos{Line: 2, Column: 5}}
	got := string(annotations(specs.Diagnostics{{
		Severity: specs.SeverityWarning, Code: "no-budget", Summary: "Summary: a, b", Detail: "One\n::error::two 100%\x1b[31m", Range: &at,
	}}))
	want := "::warning file=a%2Cb%3Ac%25.hcl,line=2,endLine=2,col=3,endColumn=5,title=Summary%3A a%2C b (no-budget)::One%0A::error::two 100%25"
	if !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 1 || strings.Contains(got, "\x1b") {
		t.Errorf("got %q, want %q and so on, on one line", got, want)
	}
	all := every(t)
	if got, want := strings.Count(string(annotations(all)), "\n"), len(all); got != want {
		t.Errorf("got %d lines, want %d", got, want)
	}
}
