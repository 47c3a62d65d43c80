package main

import (
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/agentconnect-dev/agentconnect/examples"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// Each example can be started from, and is sound where it is then, its test too.
func TestTemplates(t *testing.T) {
	root := t.TempDir()
	folders, err := filepath.Glob("../../examples/*/main.hcl")
	if err != nil {
		t.Fatal(err)
	}
	list := examples.List()
	if len(list) != len(folders) {
		t.Errorf("got %d templates, want the %d examples", len(list), len(folders))
	}
	for _, e := range list {
		t.Run(e.Name, func(t *testing.T) {
			if e.Patterns == "" || e.Shows == "" {
				t.Errorf("got %+v, want what it shows", e)
			}
			files, err := examples.Files(e.Name)
			if err != nil {
				t.Fatal(err)
			}
			s := &seedling{name: e.Name, dir: filepath.Join(root, "new", e.Name), from: files}
			if _, err := s.plant(); err != nil {
				t.Fatal(err)
			}
			if _, ds := specs.Load(s.dir, specs.Options{AllowMissingEnv: true}); len(ds) > 0 {
				t.Errorf("got %v, want no findings", ds)
			}
			for _, name := range []string{"README.md", "script.hcl"} {
				if _, err := fs.Stat(files, name); err != nil {
					t.Error(err)
				}
			}
		})
	}
	out, err := command(t, "", "test", root).CombinedOutput()
	if err != nil {
		t.Errorf("agentconnect test: %v\n%s", err, out)
	}
}
