// Package examples_test loads and runs the examples: they must load without a
// finding, run as their READMEs say, and ask for a key only where a vendor is
// asked to answer.
package examples_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// scenarios are the folders of the examples.
func scenarios(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*/main.hcl")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 9 {
		t.Fatalf("got %d examples, want 9 or more: %s", len(files), strings.Join(files, ", "))
	}
	folders := make([]string, len(files))
	for i, file := range files {
		folders[i] = filepath.Dir(file)
	}
	return folders
}

// An example has no finding at all, not even a warning, whoever answers.
func TestExamplesLoad(t *testing.T) {
	noEnv := func(string) (string, bool) { return "", false }
	for _, folder := range scenarios(t) {
		for _, vendor := range []string{"scripted", "openai", "anthropic", "google", "ollama"} {
			t.Run(folder+"/"+vendor, func(t *testing.T) {
				t.Parallel()
				cfg, ds := specs.Load(folder, specs.Options{
					Env:  noEnv,
					Vars: []specs.VarInput{{Name: "vendor", Text: vendor}},
				})
				for _, d := range ds {
					t.Errorf("%s %s: %s: %s (%v)", d.Severity, d.Code, d.Summary, d.Detail, d.Range)
				}
				if cfg == nil {
					return
				}
				for _, a := range cfg.Agents {
					if len(a.Models) != 1 || kind(cfg, a.Models[0]) != vendor {
						t.Errorf("agent.%s is answered by %v, want one provider of kind %s", a.Name, a.Models, vendor)
					}
					if a.MaxTokens == 0 {
						t.Errorf("agent.%s has no max_tokens: an answer should have a price one can know", a.Name)
					}
				}
			})
		}
	}
}

func kind(cfg *specs.Config, provider string) string {
	for _, p := range cfg.Providers {
		if p.Name == provider {
			return p.Kind
		}
	}
	return ""
}

// All examples choose their models in the same way, so that who has read one
// providers.hcl has read them all.
func TestProvidersAreTheSame(t *testing.T) {
	var first, from string
	for _, folder := range scenarios(t) {
		file := filepath.Join(folder, "providers.hcl")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first, from = string(text), file
		}
		if string(text) != first {
			t.Errorf("%s differs from %s", file, from)
		}
	}
}
