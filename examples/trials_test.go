package examples_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// quick is how much work the tests of all examples may be. It is counted in the
// time of processors, of which a busy machine takes no more.
const quick = 5 * time.Second

// trials is what "agentconnect test -json -cover" prints.
type trials struct {
	Files []struct {
		File string `json:"file"`
		Runs []struct {
			Status string `json:"status"`
		} `json:"runs"`
	} `json:"files"`
	Coverage struct {
		Scenarios []struct {
			Scenario string `json:"scenario"`
			Sessions []struct {
				Points []point `json:"points"`
			} `json:"sessions"`
		} `json:"scenarios"`
	} `json:"coverage"`
}

// point is a part of a scenario that its runs exercise, or not.
type point struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	What  string `json:"what"`
	Count int    `json:"count"`
}

// Each example has a test, all of them pass, and they take little time.
func TestTrials(t *testing.T) {
	report, work := tried(t)
	runs := map[string]int{}
	for _, f := range report.Files {
		runs[filepath.Base(filepath.Dir(filepath.FromSlash(f.File)))] += len(f.Runs)
	}
	for _, folder := range scenarios(t) {
		if runs[folder] < 4 {
			t.Errorf("%s: got %d runs in its test, want 4 or more", folder, runs[folder])
		}
	}
	if work > quick {
		t.Errorf("the tests of the examples took %s of the processors, want at most %s", work, quick)
	}
	checkCovered(t, &report)
}

// checkCovered wants that the tests of an example have each participant speak,
// each condition fire, and answers that do not fit come.
func checkCovered(t *testing.T, report *trials) {
	t.Helper()
	covered := 0
	for _, s := range report.Coverage.Scenarios {
		for _, session := range s.Sessions {
			covered++
			for _, p := range session.Points {
				if p.Count == 0 && (p.Kind == "participant" || p.Kind == "stop" || p.Kind == "error") {
					t.Errorf("%s: the tests do not exercise %s %s %s", s.Scenario, p.Kind, p.Name, p.What)
				}
			}
		}
	}
	if n := len(scenarios(t)); covered != n {
		t.Errorf("got the coverage of %d sessions, want %d", covered, n)
	}
}

// tried runs the tests of all examples.
func tried(t *testing.T) (report trials, work time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*slowest)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "test", "examples", "-json", "-cover")
	cmd.Dir, cmd.Env = "..", bare(os.Environ())
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		text, _, _ := agentconnect(t, "test examples")
		t.Fatalf("agentconnect test examples: %v\n%s%s", err, text, &errs)
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	return report, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}
