package engine_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/tools"
)

var update = flag.Bool("update", false, "rewrite the wanted event logs in testdata")

// TestScenarios runs every testdata/*.txtar: the scenario main.hcl, the lines of
// commands if there are any, and compares the event log with events.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			file, err := filepath.Abs(file) // the test changes its directory
			if err != nil {
				t.Fatal(err)
			}
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := playArchive(t, ar)
			i := fileIndex(ar, "events")
			if *update {
				if i < 0 {
					ar.Files = append(ar.Files, txtar.File{Name: "events"})
					i = len(ar.Files) - 1
				}
				ar.Files[i].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(ar), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if i < 0 {
				t.Fatal("no file events; run with -update")
			}
			if diff := cmp.Diff(string(ar.Files[i].Data), got); diff != "" {
				t.Errorf("event log (-want +got):\n%s", diff)
			}
		})
	}
}

func playArchive(t *testing.T, ar *txtar.Archive) string {
	t.Helper()
	_, log := playIn(t, ar)
	return transcript(log)
}

// scenarios does something with every scenario and its log.
func scenarios(t *testing.T, do func(*testing.T, *engine.Template, []engine.Event)) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			file, err := filepath.Abs(file)
			if err != nil {
				t.Fatal(err)
			}
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			tmpl, log := playIn(t, ar)
			do(t, tmpl, log)
		})
	}
}

// playIn plays a scenario in a directory of its own.
func playIn(t *testing.T, ar *txtar.Archive) (*engine.Template, []engine.Event) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	for _, f := range ar.Files {
		if err := os.MkdirAll(filepath.Dir(f.Name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.Name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var commands []string
	if i := fileIndex(ar, "commands"); i >= 0 {
		commands = strings.Split(strings.TrimSpace(string(ar.Files[i].Data)), "\n")
	}
	cfg := load(t, "main.hcl")
	pool := tools.Open(tools.Config{})
	defer pool.Close()
	callable, err := pool.Of(cfg)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := compile(t, cfg, callable)
	return tmpl, play(t, tmpl, commands)
}

func fileIndex(ar *txtar.Archive, name string) int {
	for i, f := range ar.Files {
		if f.Name == name {
			return i
		}
	}
	return -1
}
