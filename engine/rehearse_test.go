package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// TestRehearseScenarios rehearses every scenario of testdata: its log is that of
// a session that really waits, times included.
func TestRehearseScenarios(t *testing.T) {
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
			o, ok := rehearsable(t, ar)
			if !ok {
				t.Skip("it depends on what happens at the same moment")
			}
			tmpl, want := playIn(t, ar)
			r, err := engine.Rehearse(t.Context(), tmpl, o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(timed(want), timed(r.Events)); diff != "" {
				t.Errorf("the log differs (-real +rehearsed):\n%s", diff)
			}
		})
	}
}

// timed is a log with its times.
func timed(events []engine.Event) string {
	lines := strings.Split(transcript(events), "\n")
	for i := range events {
		lines[i] = events[i].Time.UTC().Format("15:04:05.000000 ") + lines[i]
	}
	return strings.Join(lines, "\n")
}

// rehearsable makes acts of a scenario's commands.
func rehearsable(t *testing.T, ar *txtar.Archive) (o engine.RehearseOptions, ok bool) {
	t.Helper()
	o.Start.ID, o.Stay = "s", true
	i := fileIndex(ar, "commands")
	if i < 0 {
		return o, true
	}
	at := time.Nanosecond
	decisions := map[string]engine.Decision{}
	for line := range strings.Lines(string(ar.Files[i].Data)) {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		a := engine.Act{At: at, Message: engine.Message{Sender: rest}}
		switch verb {
		case "say", "refused":
			a.Message = engine.Message{Content: rest}
			if who, text, ok := strings.Cut(rest, ": "); ok && !strings.Contains(who, " ") {
				a.Message = engine.Message{Sender: who, Content: text}
			}
		case "close":
			a.Do = engine.DoCloseInput
		case "pause":
			a.Do = engine.DoPause
		case "resume":
			a.Do = engine.DoResume
		case "stop":
			a.Do = engine.DoStop
		case "stop-after":
			a.Do = engine.DoStopAfter
		case "approve":
			decisions[rest] = engine.Decision{Allow: true, By: "ann", After: at}
			continue
		case "deny":
			decisions[rest] = engine.Decision{By: "ann", Why: "too dear", After: at}
			continue
		case "wait":
			d, err := time.ParseDuration(rest)
			if err != nil {
				t.Fatal(err)
			}
			at += d
			continue
		default:
			return o, false
		}
		o.Acts = append(o.Acts, a)
	}
	began := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	o.Decide = func(e engine.Event) (engine.Decision, bool) {
		d, ok := decisions[e.Data.(*engine.ApprovalAsked).CallID] //nolint:forcetypeassert // it is asked about nothing else
		d.After -= e.Time.Sub(began)
		return d, ok
	}
	return o, true
}

// rehearsed rehearses a scenario that is given as text.
func rehearsed(t *testing.T, src string, o engine.RehearseOptions) *engine.Rehearsal {
	t.Helper()
	tmpl := compileText(t, src)
	r, err := engine.Rehearse(t.Context(), tmpl, o)
	if err != nil {
		t.Fatal(err)
	}
	d, err := engine.Replay(t.Context(), tmpl, sequence(r.Events))
	if err != nil {
		t.Fatal(err)
	}
	if d != nil {
		t.Errorf("the log is replayed with a difference: %s\n%s", d.Text, transcript(r.Events))
	}
	return r
}

// compileText compiles a scenario that is given as text.
func compileText(t *testing.T, src string) *engine.Template {
	t.Helper()
	path := filepath.Join(t.TempDir(), "main.hcl")
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	return compile(t, load(t, path), nil)
}
