//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The console sees a session of a server that runs, one that has stopped, and an
// export alike.
func TestConsoleOnSessions(t *testing.T) {
	s, token := startLasting(t)
	tour := s.begin(token, "tour")
	ws := s.socket(token, tour)
	ask(t, ws, "Where is the oldest one?")
	_ = ws.Close()
	const typed = "turns\nlast.content == 'A considered answer.' and last.agent == 'ada'\nfirst.content\n:hcl var.topic\n"
	const want = "1\ntrue\n  last.content = \"A considered answer.\"\n  last.agent = \"ada\"\n\"Where is the oldest one?\"\n\"bridges\"\n"
	check := func(what, record string) {
		t.Helper()
		status, out := s.run(typed, "console", "talk.hcl", "--record", record, "--data-dir", "data")
		if status != statusOK || out != want {
			t.Errorf("%s: got status %d and\n%s\nwant\n%s", what, status, out, want)
		}
	}
	check("a server that runs", tour)
	if status, out := s.run("", "sessions", "export", tour, "tour.jsonl", "--data-dir", "data"); status != statusOK {
		t.Fatalf("export: %d %s", status, out)
	}
	check("an export", "tour.jsonl")
	s.signal(syscall.SIGTERM)
	s.stops(statusOK)
	check("a server that has stopped", tour)

	if status, out := s.run(typed, "console", "talk.hcl", "--record", "session_nobody", "--data-dir", "data"); status != statusFailed || !strings.Contains(out, "there is no session session_nobody") {
		t.Errorf("a session that is not there: got status %d and %s", status, out)
	}
	changed := strings.ReplaceAll(lasting, "agent.ada", "agent.eve")
	changed = strings.ReplaceAll(changed, `agent "ada"`, `agent "eve"`)
	if err := os.WriteFile(filepath.Join(s.dir, "talk.hcl"), []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out := s.run("turns\n", "console", "talk.hcl", "--record", "tour.jsonl"); status != statusFailed || !strings.Contains(out, "does not fit the scenario as it is now") {
		t.Errorf("a scenario without its agent: got status %d and %s", status, out)
	}
}
