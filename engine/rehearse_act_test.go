package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

const deskScenario = `
provider "scripted" "p" {
  reply {
    agent   = agent.a
    content = "Yes?"
    delay   = "10m"
    when    = "true"
  }
  reply {
    agent = agent.clerk
    tool_call {
      name      = "file"
      arguments = { n = 1 }
    }
  }
  reply {
    agent   = agent.clerk
    content = "I am done."
  }
}
agent "a" { provider = provider.p }
agent "clerk" {
  provider = provider.p
  tools    = [tool.file]
}
tool "file" {
  description = "files it"
  approval    = "always"
  input { type = object({ n = number }) }
  expr { result = "n + 1" }
}
human "h" {
  timeout    = "20m"
  on_timeout = "skip"
}
`

// TestRehearsePersons tells what persons do, and what is done without them.
func TestRehearsePersons(t *testing.T) {
	chat := deskScenario + `
session "s" {
  agent        = agent.a
  idle_timeout = "30m"
}
`
	clerk := deskScenario + `
pattern "sequential" "x" { participants = [agent.clerk] }
session "s" {
  pattern = pattern.x
  opening = "File it."
}
`
	turn := deskScenario + `
pattern "sequential" "x" { participants = [human.h, agent.a, human.h] }
session "s" {
  pattern = pattern.x
  opening = "Begin."
}
`
	paused := strings.Replace(turn, "session", "stop \"wait\" {\n  when   = \"last.content == 'wait'\"\n  action = \"pause\"\n}\nsession", 1)
	paused = strings.Replace(paused, "opening", "stop    = [stop.wait]\n  opening", 1)
	say := func(text string) engine.Act { return engine.Act{Message: engine.Message{Content: text}} }
	decide := func(d engine.Decision) func(engine.Event) (engine.Decision, bool) {
		return func(engine.Event) (engine.Decision, bool) { return d, true }
	}
	tests := []struct {
		name, src string
		o         engine.RehearseOptions
		want      string        // how it ends
		said      string        // the transcript
		took      time.Duration // to the second
		undone    []int
		refused   error
	}{
		{
			"a chat is left", chat,
			engine.RehearseOptions{Acts: []engine.Act{say("One."), say("Two.")}},
			"achieved input", "One. Yes? Two. Yes?", 20 * time.Minute, nil, nil,
		},
		{
			"a chat without a word", chat,
			engine.RehearseOptions{},
			"achieved input", "", 0, nil, nil,
		},
		{
			"a chat with silence", chat,
			engine.RehearseOptions{Acts: []engine.Act{say("One.")}, Stay: true},
			"expired idle_timeout", "One. Yes?", 40 * time.Minute, nil, nil,
		},
		{
			"a message at a moment", chat,
			engine.RehearseOptions{Acts: []engine.Act{{At: 5 * time.Minute, Message: say("One.").Message}}},
			"achieved input", "One. Yes?", 15 * time.Minute, nil, nil,
		},
		{
			"a message after messages", chat,
			engine.RehearseOptions{Acts: []engine.Act{say("One."), {After: 1, Message: say("Two.").Message}}},
			"achieved input", "One. Two. Yes? Yes?", 20 * time.Minute, nil, nil,
		},
		{
			"a stranger", chat,
			engine.RehearseOptions{Acts: []engine.Act{say("One."), {At: time.Minute, Message: engine.Message{Sender: "x", Content: "Hi."}}}},
			"achieved input", "One. Yes?", 10 * time.Minute, nil, engine.ErrUnknownParticipant,
		},
		{
			"a stop", chat,
			engine.RehearseOptions{Acts: []engine.Act{say("One."), {Do: engine.DoStop, At: time.Minute, Message: engine.Message{Sender: "ann"}}, say("Two.")}},
			"cancelled person", "One.", time.Minute,
			[]int{2},
			nil,
		},
		{
			"a stop after the turn", chat,
			engine.RehearseOptions{Acts: []engine.Act{say("One."), {Do: engine.DoStopAfter, At: time.Minute}}},
			"cancelled person", "One. Yes?", 10 * time.Minute, nil, nil,
		},
		{
			"the end of the input", chat,
			engine.RehearseOptions{Stay: true, Acts: []engine.Act{say("One."), {Do: engine.DoCloseInput}}},
			"achieved input", "One. Yes?", 10 * time.Minute, nil, nil,
		},
		{
			"allowed", clerk,
			engine.RehearseOptions{Decide: decide(engine.Decision{Allow: true, By: "ann", After: 25 * time.Minute})},
			"achieved pattern", "File it. I am done.", 25 * time.Minute, nil, nil,
		},
		{
			"nobody allows", clerk, engine.RehearseOptions{}, "achieved pattern", "File it. I am done.", 0, nil, nil,
		},
		{
			"turns", turn,
			engine.RehearseOptions{Acts: []engine.Act{say("One."), {Message: engine.Message{Sender: "h", Content: "Two."}}}},
			"achieved pattern", "Begin. One. Yes? Two.", 10 * time.Minute, nil, nil,
		},
		{
			"turns without a person", turn, engine.RehearseOptions{}, "achieved pattern", "Begin. Yes?", 10 * time.Minute, nil, nil,
		},
		{
			"turns with silence", turn, engine.RehearseOptions{Stay: true}, "achieved pattern", "Begin. Yes?", 50 * time.Minute, nil, nil,
		},
		{
			"paused and left", paused, engine.RehearseOptions{Acts: []engine.Act{say("wait")}}, "blocked stop.wait", "Begin. wait", 0, nil, nil,
		},
		{
			"paused and resumed", paused,
			engine.RehearseOptions{Acts: []engine.Act{say("wait"), {Do: engine.DoResume}}},
			"achieved pattern", "Begin. wait Yes?", 10 * time.Minute, nil, nil,
		},
		{
			"paused by a person for a while", paused,
			engine.RehearseOptions{Acts: []engine.Act{
				{Do: engine.DoPause, At: time.Nanosecond}, {Do: engine.DoResume, At: 25 * time.Minute}, say("One."),
			}},
			"achieved pattern", "Begin. One. Yes?", 25 * time.Minute, nil, nil,
		},
		{
			"paused for ever", paused,
			engine.RehearseOptions{Stay: true, Acts: []engine.Act{say("wait")}},
			"expired idle_timeout", "Begin. wait", 30 * time.Minute, nil, nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := rehearsed(t, tt.src, tt.o)
			got := r.Unfinished
			if r.Ended != nil {
				got = string(r.Ended.Outcome) + " " + r.Ended.Reason.Stop
			}
			if !strings.HasPrefix(got, tt.want) {
				t.Errorf("it ended by %q, want %q\n%s", got, tt.want, transcript(r.Events))
			}
			if said := saidIn(r.Events); said != tt.said {
				t.Errorf("got %q, want %q\n%s", said, tt.said, transcript(r.Events))
			}
			if took := r.Took.Truncate(time.Second); took != tt.took {
				t.Errorf("it took %s, want %s\n%s", took, tt.took, transcript(r.Events))
			}
			if !slices.Equal(r.Undone, tt.undone) {
				t.Errorf("undone are %v, want %v", r.Undone, tt.undone)
			}
			if (len(r.Refused) > 0) != (tt.refused != nil) || tt.refused != nil && !errors.Is(r.Refused[0].Err, tt.refused) {
				t.Errorf("refused are %v, want %v", r.Refused, tt.refused)
			}
		})
	}
}

// saidIn is what was said, in a line.
func saidIn(events []engine.Event) string {
	var said []string
	for _, e := range events {
		if d, ok := e.Data.(*engine.Said); ok {
			said = append(said, d.Content)
		}
	}
	return strings.Join(said, " ")
}

// TestRehearseBounds ends rehearsals that go on for too long, and refuses what
// cannot be rehearsed.
func TestRehearseBounds(t *testing.T) {
	src := deskScenario + `
pattern "round_robin" "x" {
  participants = [agent.a, human.h]
  max_rounds   = 100
}
session "s" {
  pattern  = pattern.x
  opening  = "Begin."
  lifetime = "100h"
}
`
	if r := rehearsed(t, src, engine.RehearseOptions{Events: 50}); r.Ended != nil || !strings.Contains(r.Unfinished, "events") || len(r.Events) < 50 {
		t.Errorf("got %+v after %d events: %q", r.Ended, len(r.Events), r.Unfinished)
	}
	r := rehearsed(t, src, engine.RehearseOptions{Within: 3 * time.Hour, Stay: true})
	if r.Ended != nil || !strings.Contains(r.Unfinished, "3h0m0s have passed") || r.Took > 3*time.Hour {
		t.Errorf("got %+v after %s: %q", r.Ended, r.Took, r.Unfinished)
	}
	tmpl := compileText(t, src)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := engine.Rehearse(ended, tmpl, engine.RehearseOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it is cancelled", err)
	}
	for _, a := range []engine.Act{{}, {Do: "sing"}, {At: -1, Message: engine.Message{Content: "x"}}, {At: 1, After: 1, Message: engine.Message{Content: "x"}}} {
		if _, err := engine.Rehearse(t.Context(), tmpl, engine.RehearseOptions{Acts: []engine.Act{a}}); err == nil || !strings.HasPrefix(err.Error(), "act 1: ") {
			t.Errorf("%+v gives %v, want an error", a, err)
		}
	}
}

// TestRehearseTimeouts has calls take longer than they may.
func TestRehearseTimeouts(t *testing.T) {
	src := func(provider, session string) string {
		return `
provider "scripted" "p" {
  ` + provider + `
  retry { attempts = 1 }
  reply {
    content = "late"
    delay   = "10m"
  }
}
agent "a" { provider = provider.p }
pattern "sequential" "x" { participants = [agent.a] }
session "s" {
  pattern = pattern.x
  opening = "Begin."
  ` + session + `
}
`
	}
	tests := []struct {
		name, src, want string
		took            time.Duration
	}{
		{"in time", src(`timeout = "10m"`, ""), "pattern.x is done", 10 * time.Minute},
		{"timeout", src(`timeout = "9m59s"`, ""), "timeout of 9m59s is over", 9*time.Minute + 59*time.Second},
		{"first token", src(`first_token_timeout = "1m"`, ""), "first_token_timeout of 1m0s is over", time.Minute},
		{"both", src("timeout = \"2m\"\n  first_token_timeout = \"1m\"", ""), "first_token_timeout of 1m0s is over", time.Minute},
		{"turn_timeout", src("", `limits { turn_timeout = "3m" }`), "turn_timeout of 3m0s is over", 3 * time.Minute},
		{"limits.timeout", src("", `limits { timeout = "4m" }`), "limits.timeout", 4 * time.Minute},
		{"lifetime", src("", `lifetime = "5m"`), "lifetime of 5m0s is over", 5 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := rehearsed(t, tt.src, engine.RehearseOptions{})
			if r.Ended == nil || !strings.Contains(r.Ended.Reason.Text, tt.want) {
				t.Errorf("got %+v, want %q\n%s", r.Ended, tt.want, transcript(r.Events))
			}
			if took := r.Took.Truncate(time.Second); took != tt.took {
				t.Errorf("it took %s, want %s", took, tt.took)
			}
		})
	}
}

// TestRehearseTwice gives the same log of the same, from several goroutines too.
func TestRehearseTwice(t *testing.T) {
	tmpl := compileText(t, coverScenario)
	logs := make([]string, 4)
	var wg sync.WaitGroup
	for i := range logs {
		wg.Go(func() {
			r, err := engine.Rehearse(t.Context(), tmpl, engine.RehearseOptions{Begin: time.Date(2030, 1, 2, 3, 4, 5, 6, time.UTC)})
			if err != nil {
				t.Error(err)
				return
			}
			b, _ := json.Marshal(r.Events)
			logs[i] = string(b)
		})
	}
	wg.Wait()
	for i := range logs {
		if logs[i] != logs[0] || !strings.Contains(logs[i], "2030-01-02T03:04:05") {
			t.Errorf("log %d is\n%s\nwant\n%s", i, logs[i], logs[0])
		}
	}
}

// panics is a pattern with a mistake.
type panics struct{}

func (panics) Next(*engine.State, *engine.Frame) engine.Move { panic("a mistake") }

// TestRehearseContains makes an error of a mistake of the engine.
func TestRehearseContains(t *testing.T) {
	_, err := engine.Rehearse(t.Context(), engine.Planted(compileText(t, coverScenario), panics{}), engine.RehearseOptions{})
	if err == nil || !strings.Contains(err.Error(), "internal error after event 4: a mistake") {
		t.Errorf("got %v, want the mistake and its place", err)
	}
}

// BenchmarkRehearse rehearses a talk of 100 turns.
func BenchmarkRehearse(b *testing.B) {
	path := filepath.Join(b.TempDir(), "main.hcl")
	src := `
provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
pattern "round_robin" "x" {
  participants = [agent.a, agent.b]
  max_rounds   = 50
}
session "s" {
  pattern = pattern.x
  opening = "Begin."
}
`
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		b.Fatal(err)
	}
	tmpl := compile(b, load(b, path), nil)
	for b.Loop() {
		r, err := engine.Rehearse(b.Context(), tmpl, engine.RehearseOptions{})
		if err != nil || r.Ended == nil || r.Info.Turns != 100 {
			b.Fatalf("%+v, %v", r, err)
		}
	}
}
