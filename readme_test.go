package agentconnect_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs"
)

var fenced = regexp.MustCompile("(?ms)^```hcl\n(.*?)^```$")

// The scenario on the README's first screen loads without a warning and fits on it.
func TestReadmeScenario(t *testing.T) {
	found := fenced.FindAllStringSubmatch(read(t, "README.md"), -1)
	if len(found) != 1 {
		t.Fatalf("README.md has %d blocks of HCL, want 1", len(found))
	}
	text := found[0][1]
	if lines := strings.Count(text, "\n"); lines > 24 {
		t.Errorf("the scenario has %d lines, want at most 24", lines)
	}
	file := filepath.Join(t.TempDir(), "debate.hcl")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, diags := specs.Load(file, specs.Options{})
	for _, d := range diags {
		t.Errorf("%s: %s: %s", d.Code, d.Summary, d.Detail)
	}
	if diags.HasErrors() {
		return
	}
	if len(cfg.Sessions) != 1 || cfg.Sessions[0].Bound.Turns != 6 {
		t.Errorf("got sessions %+v, want one that ends after 2 × 3 turns", cfg.Sessions)
	}
}
