//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// slow is a session whose second answer takes an hour.
const slow = `
provider "scripted" "script" {
  reply { content = "At once." }
  reply {
    content = "Late."
    delay   = "1h"
  }
}
agent "ada" { provider = provider.script }
pattern "round_robin" "talk" {
  participants = [agent.ada]
  max_rounds   = 2
}
session "talk" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
}
`

// The first Ctrl-C ends the session in good order; the record is whole.
func TestInterruptStopsTheSession(t *testing.T) {
	for name, sig := range map[string]os.Signal{"Ctrl-C": os.Interrupt, "terminated": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			cmd := command(t, slow, "run", "talk.hcl", "--record", "out.ndjson")
			p := inPipes(t, cmd)
			p.waitFor("At once.")
			p.signal(sig)
			out := p.ends(statusOK)
			for _, want := range []string{"outcome  cancelled", "stopped by " + name, "turns    1"} {
				if !strings.Contains(out, want) {
					t.Errorf("got %q, want %q in it", out, want)
				}
			}
			last := recorded(t, filepath.Join(cmd.Dir, "out.ndjson"))
			if ended, ok := last.Data.(*engine.Ended); !ok || ended.Outcome != engine.Cancelled {
				t.Errorf("the record's last event is %s, want the end, cancelled", last.Type())
			}
			onlyFiles(t, cmd.Dir, "out.ndjson", "talk.hcl")
		})
	}
}

// recorded reads a record, whose events must be numbered without a gap, and
// gives the last one.
func recorded(t *testing.T, path string) engine.Event {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // it was only read from
	var last engine.Event
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var e engine.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("line %q: %v", lines.Text(), err)
		}
		if e.Seq != last.Seq+1 {
			t.Fatalf("event %d follows %d", e.Seq, last.Seq)
		}
		last = e
	}
	return last
}

func onlyFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got the files %q, want %q", got, want)
	}
}

// A process that cannot get rid of its output cannot end in good order; the
// second Ctrl-C ends it at once, and leaves no half-written record.
func TestInterruptTwiceExitsAtOnce(t *testing.T) {
	long := strings.ReplaceAll(slow, "At once.", strings.Repeat("long ", 30_000))
	cmd := command(t, long, "run", "talk.hcl", "--record", "out.ndjson")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close() //nolint:errcheck // never read from
	cmd.Stdout = write
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close() // the process has its own
	p := &process{t: t, cmd: cmd}
	t.Cleanup(p.kill)
	p.waitUntil("a record that is begun", func() bool {
		found, _ := filepath.Glob(filepath.Join(cmd.Dir, ".out.ndjson.*.tmp"))
		return len(found) == 1
	})
	if _, err := io.ReadFull(read, make([]byte, 1024)); err != nil { // it is at the long message
		t.Fatal(err)
	}
	for range 3 { // signals that arrive together count as one
		_ = cmd.Process.Signal(os.Interrupt) // it may have ended by now
		time.Sleep(100 * time.Millisecond)
	}
	p.ends(statusInterrupted)
	onlyFiles(t, cmd.Dir, "talk.hcl")
}

// While it waits for standard input there is no session yet, or one that waits.
func TestInterruptWhileWaitingForInput(t *testing.T) {
	chat := strings.NewReplacer(`type    = "agent_agent"`, `type = "human_agent"
  open_ended = true`, `pattern = pattern.talk`, `agent = agent.ada`).Replace(slow)
	first := strings.Replace(slow, `opening = "Begin."`, "", 1)
	for _, tt := range []struct {
		name, scenario, shows string
		status                int
	}{
		{"a chat", chat, "Begin.", statusOK},
		{"no first message", first, "", statusInterrupted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := command(t, tt.scenario, "run", "talk.hcl", "--record", "out.ndjson")
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close() //nolint:errcheck // nothing is written
			p := inPipes(t, cmd)
			if tt.shows == "" {
				p.waitUntil("a record that is begun", func() bool {
					found, _ := filepath.Glob(filepath.Join(cmd.Dir, ".out.ndjson.*.tmp"))
					return len(found) == 1
				})
			} else {
				p.waitFor(tt.shows)
			}
			p.signal(os.Interrupt)
			p.ends(tt.status)
			if tt.status == statusInterrupted {
				onlyFiles(t, cmd.Dir, "talk.hcl")
			}
		})
	}
}

// A reader that goes away ends the session, without a word and without a
// half-written record.
func TestOutputClosed(t *testing.T) {
	cmd := command(t, slow, "run", "talk.hcl", "-json", "--record", "out.ndjson")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = out.Close()
	p := &process{t: t, cmd: cmd}
	t.Cleanup(p.kill)
	p.ends(statusUsage)
	if stderr.Len() > 0 {
		t.Errorf("got %q on standard error, want nothing", stderr.String())
	}
	if last := recorded(t, filepath.Join(cmd.Dir, "out.ndjson")); last.Type() != engine.TypeEnded {
		t.Errorf("the record ends with %s, want the end of the session", last.Type())
	}
}
