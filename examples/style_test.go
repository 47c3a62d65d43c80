package examples_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs"
	"github.com/agentconnect-dev/agentconnect/specs/lint"
)

// Examples are what people copy: the linter has nothing to say about them,
// whoever answers.
func TestExamplesAreLintClean(t *testing.T) {
	for _, folder := range scenarios(t) {
		for _, vendor := range []string{"scripted", "openai"} {
			cfg, ds := specs.Load(folder, specs.Options{AllowMissingEnv: true, Vars: []specs.VarInput{{Name: "vendor", Text: vendor}}})
			if cfg == nil {
				t.Fatalf("%s does not load: %v", folder, ds)
			}
			found, err := lint.Check(cfg, lint.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range found {
				t.Errorf("%s (%s): %s: %s (%v)", folder, vendor, d.Code, d.Detail, d.Range)
			}
		}
	}
}

// All their files, tests and variables included, are formatted.
func TestExamplesAreFormatted(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".hcl") {
			return err
		}
		files++
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		out, ds := specs.Format(path, src)
		if len(ds) > 0 {
			t.Errorf("%s: %s", path, ds[0].Detail)
		}
		if !bytes.Equal(out, src) {
			t.Errorf("%s is not formatted: agentconnect fmt %s", path, path)
		}
		return nil
	})
	if err != nil || files < 60 {
		t.Fatalf("got %d files (%v), want those of all examples", files, err)
	}
}

// The models that the examples name are the defaults of their kinds, whose
// prices are known best.
func TestExamplesNameTheDefaults(t *testing.T) {
	cfg, _ := specs.Load(scenarios(t)[0], specs.Options{AllowMissingEnv: true})
	if cfg == nil {
		t.Fatal("the first example does not load")
	}
	for _, p := range cfg.Providers {
		if want := specs.DefaultModel(p.Kind); p.Kind != "scripted" && p.Model != want {
			t.Errorf("provider %q: got model %s, want the default %s", p.Name, p.Model, want)
		}
	}
}
