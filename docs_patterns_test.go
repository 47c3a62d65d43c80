package agentconnect_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// Each page about a pattern has a diagram and a scenario that loads without a
// finding and uses that pattern. README.md leads to all of them.
func TestPatternPages(t *testing.T) {
	pages, err := filepath.Glob("docs/patterns/*.md")
	if err != nil || len(pages) < 6 {
		t.Fatalf("found the pages %v: %v", pages, err)
	}
	index := read(t, "docs/patterns/README.md")
	for _, page := range pages {
		name := strings.TrimSuffix(filepath.Base(page), ".md")
		if name == "README" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			text := read(t, page)
			if !strings.Contains(index, "("+filepath.Base(page)+")") {
				t.Error("docs/patterns/README.md does not lead here")
			}
			if !strings.Contains(text, "```mermaid\n") {
				t.Error("there is no diagram")
			}
			found := fenced.FindAllStringSubmatch(text, -1)
			if len(found) == 0 {
				t.Fatal("there is no scenario")
			}
			for _, block := range found {
				loadsClean(t, name, block[1])
			}
		})
	}
}

// The page about stop conditions is as those about patterns.
func TestStopsPage(t *testing.T) {
	text := read(t, "docs/stops.md")
	found := fenced.FindAllStringSubmatch(text, -1)
	if len(found) < 3 || !strings.Contains(text, "```mermaid\n") {
		t.Fatalf("docs/stops.md has %d scenarios, or no diagram", len(found))
	}
	for _, block := range found {
		loadsClean(t, "round_robin", block[1])
	}
}

// loadsClean loads a scenario of a page.
func loadsClean(t *testing.T, kind, text string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "main.hcl")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, diags := specs.Load(file, specs.Options{})
	for _, d := range diags {
		t.Errorf("%s: %s: %s", d.Code, d.Summary, d.Detail)
	}
	if cfg != nil && !slices.ContainsFunc(cfg.Patterns, func(p *specs.Pattern) bool { return p.Kind == kind }) {
		t.Errorf("the scenario has no pattern of the kind %s", kind)
	}
}
