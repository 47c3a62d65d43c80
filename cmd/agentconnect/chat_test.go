//go:build unix

package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/remote"
	"github.com/agentconnect-dev/agentconnect/engine"
)

// debating is a session of agents that begins by itself, and one that waits
// for a decision.
const debating = `
variable "motion" {
  type = string
  validation {
    condition     = length(var.motion) > 2
    error_message = "A motion has three letters or more."
  }
}
variable "rounds" {
  type    = number
  default = 1
}
provider "scripted" "script" {
  reply {
    times   = 1000
    content = "I hear you."
  }
}
agent "ada" {
  provider     = provider.script
  instructions = "For ${var.motion}."
}
agent "bob" { provider = provider.script }
pattern "round_robin" "exchange" {
  participants = [agent.ada, agent.bob]
  max_rounds   = var.rounds
}
session "debate" {
  type    = "agent_agent"
  pattern = pattern.exchange
  opening = var.motion
}
`

// chatting runs chat beside a server, with pipes.
func (s *served) chatting(token string, args ...string) *exec.Cmd {
	s.t.Helper()
	cmd := command(s.t, touring, append([]string{"chat", "--server", s.url}, args...)...)
	cmd.Env = append(cmd.Env, "AGENTCONNECT_TOKEN="+token)
	return cmd
}

// result runs a command to its end.
func result(t *testing.T, cmd *exec.Cmd, stdin string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	timer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	_ = cmd.Run() // its status is looked at
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// Lines of standard input are messages; each is answered before the next.
func TestChatWithPipes(t *testing.T) {
	forgetConnections(t)
	s := startServer(t, touring, "talk.hcl")
	token := s.token("admin", s.password())
	status, out, errs := result(t, s.chatting(token, "tour", "--var", "topic=bridges"), "Hello?\n\nThank you.\n")
	want := "user: Hello?\nguide: You are welcome.\nuser: Thank you.\nguide: You are welcome.\n"
	if status != statusOK || out != want {
		t.Errorf("got %d\n%s, want\n%s", status, out, want)
	}
	if !strings.Contains(errs, "the session goes on: agentconnect chat "+s.url+"/session_") {
		t.Errorf("it does not say how to come back: %q", errs)
	}
	session := errs[strings.LastIndex(errs, "/")+1:]
	session = strings.TrimSpace(session)

	status, out, errs = result(t, s.chatting(token, session, "--stop"), "And now?\n")
	want += "user: And now?\nguide: You are welcome.\n"
	if status != statusOK || out != want || !strings.Contains(errs, "the session has ended: cancelled") {
		t.Errorf("joined again: got %d\n%s%s, want\n%s", status, out, errs, want)
	}
	status, out, _ = result(t, s.chatting(token, s.url+"/ws/"+session), "")
	if status != statusOK || out != want {
		t.Errorf("after its end: got %d\n%s, want\n%s", status, out, want)
	}
}

// A session of agents is watched to its end; --json prints the frames.
func TestChatWatches(t *testing.T) {
	forgetConnections(t)
	s := startServer(t, debating, "talk.hcl")
	token := s.token("admin", s.password())
	status, out, errs := result(t, s.chatting(token, "debate", "--var", "motion=Cats", "--var", "rounds=2"), "")
	want := "user: Cats\n" + strings.Repeat("ada: I hear you.\nbob: I hear you.\n", 2)
	if status != statusOK || out != want || !strings.Contains(errs, "the session has ended: achieved") {
		t.Errorf("got %d\n%s%s, want\n%s", status, out, errs, want)
	}
	status, out, _ = result(t, s.chatting(token, "debate", "--var", "motion=Cats", "--json"), "")
	var last remote.Frame
	types := map[string]int{}
	for line := range strings.Lines(out) {
		last = remote.Frame{}
		if err := json.Unmarshal([]byte(line), &last); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		types[last.Type]++
	}
	if status != statusOK || last.Type != "stop" || types["response"] != 2 || types["text"] != 1 || types["ping"] != 0 {
		t.Errorf("got %d, frames %v, the last %+v", status, types, last)
	}
}

func TestChatRefusals(t *testing.T) {
	forgetConnections(t)
	s := startServer(t, debating, "talk.hcl")
	token := s.token("admin", s.password())
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"unknown template", []string{"debat"}, `has no template "debat"; did you mean debate?`},
		{"no template", []string{s.url}, "choose a template"},
		{"missing variable", []string{"debate"}, "the template debate needs --var motion=…"},
		{"unknown variable", []string{"debate", "--var", "moton=x"}, "the template debate has no variable moton; did you mean motion?"},
		{"invalid variable", []string{"debate", "--var", "motion=x"}, "variables.motion: A motion has three letters or more."},
		{"wrong type", []string{"debate", "--var", "motion=Cats", "--var", "rounds=many"}, "variables.rounds"},
		{"unknown session", []string{"session_none"}, "has nothing by the name of session_none"},
		{"variable of a session", []string{"session_none", "--var", "a=b"}, "--var is for a template"},
		{"nobody there", []string{"http://127.0.0.1:1/debate"}, "http://127.0.0.1:1 cannot be reached"},
		{"no address", []string{"nowhere://x"}, "is not an address of a server"},
		{"nothing", nil, "name one session, template or address"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if status, _, errs := result(t, s.chatting(token, tt.args...), ""); status != statusUsage || !strings.Contains(errs, tt.want) {
				t.Errorf("got %d %q, want %d and %q", status, errs, statusUsage, tt.want)
			}
		})
	}
	if status, _, errs := result(t, s.chatting("", "debate"), ""); status != statusUsage || !strings.Contains(errs, "nobody is there to log in: set AGENTCONNECT_TOKEN") {
		t.Errorf("no token: got %d %q", status, errs)
	}
	if status, _, errs := result(t, s.chatting(token+"x", "debate"), ""); status != statusUsage || !strings.Contains(errs, "does not accept the token") {
		t.Errorf("bad token: got %d %q", status, errs)
	}
}

// When the server is restarted the client comes back by itself, and the session
// goes on.
func TestChatOverARestart(t *testing.T) {
	forgetConnections(t)
	s := startServer(t, touring, "talk.hcl", "--data-dir", "data")
	token := s.token("admin", s.password())
	cmd := s.chatting(token, "tour", "--var", "topic=bridges")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: cmd}
	notes := &process{t: t, cmd: cmd}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.collect(out)
	notes.collect(errs)
	t.Cleanup(p.kill)
	if _, err := in.Write([]byte("Hello?\n")); err != nil {
		t.Fatal(err)
	}
	p.waitFor("guide: You are welcome.")
	s.signal(syscall.SIGTERM)
	s.stops(statusOK)
	notes.waitFor("the connection is lost")

	again := command(t, touring, "serve", "talk.hcl", "--data-dir", "data", "--listen", strings.TrimPrefix(s.url, "http://"))
	again.Dir = s.dir
	next := runServer(t, again)
	if next.url != s.url {
		t.Fatalf("got %s, want %s", next.url, s.url)
	}
	if _, err := in.Write([]byte("Hello again?\n")); err != nil {
		t.Fatal(err)
	}
	p.waitUntil("a second answer", func() bool { return strings.Count(p.output(), "guide: You are welcome.") == 2 })
	_ = in.Close()
	if got := p.ends(statusOK); strings.Count(got, "user: Hello?") != 1 || strings.Count(got, "user: Hello again?") != 1 {
		t.Errorf("something is missing or doubled: %q", got)
	}
}

// A person logs in, is asked for what the template needs, talks, and leaves.
func TestChatOnTerminal(t *testing.T) {
	forgetConnections(t)
	s := startServer(t, touring, "talk.hcl")
	password := s.password()
	p := onTerminal(t, command(t, touring, "chat", s.url+"/tour"))
	p.waitFor("User: ")
	p.typed("admin\n")
	p.waitFor("Password: ")
	p.typed("wrong\r")
	p.waitFor("is wrong")
	p.typed("admin\n")
	p.waitUntil("a second question", func() bool { return strings.Count(p.output(), "Password: ") == 2 })
	p.typed(password + "\r")
	p.waitFor("topic: ")
	p.typed("bridges\n")
	p.waitFor("/help says what can be typed")
	p.typed("Hello?\r")
	p.waitFor("You are welcome.")
	p.typed("/pause\r")
	p.waitFor("paused")
	p.typed("/resume\r")
	p.waitFor("resumed")
	p.typed("/what\r")
	p.waitFor("there is no /what")
	p.typed("\x04")
	out := p.ends(statusOK)
	for _, want := range []string{"guide", "You", "you have left; the session goes on"} {
		if !strings.Contains(out, want) {
			t.Errorf("got %q, want %q in it", out, want)
		}
	}
	if strings.Contains(out, password) {
		t.Error("the password was shown")
	}
}

// Ctrl-C leaves, and /stop ends the session for everybody.
func TestChatLeavesAndStops(t *testing.T) {
	forgetConnections(t)
	s := startServer(t, touring, "talk.hcl")
	token := s.token("admin", s.password())
	session := s.create(token, "bridges")
	for _, tt := range []struct {
		typed, status, note string
	}{
		{"\x03", "active", "the session goes on"},
		{"/stop\r", "stopped", "the session has ended: cancelled"},
	} {
		p := onTerminal(t, s.chatting(token, session))
		p.waitFor("/help says what can be typed")
		p.typed(tt.typed)
		if out := p.ends(statusOK); !strings.Contains(out, tt.note) {
			t.Errorf("%q: got %q, want %q in it", tt.typed, out, tt.note)
		}
		if code, answer := s.call("GET", "/chat/sessions/"+session, token, ""); code != http.StatusOK || answer["status"] != tt.status {
			t.Errorf("%q: the session is %v, want %s", tt.typed, answer["status"], tt.status)
		}
	}
	cmd := s.chatting(token, s.create(token, "towers"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	p := inPipes(t, cmd)
	if _, err := in.Write([]byte("Hello?\n")); err != nil {
		t.Fatal(err)
	}
	p.waitFor("welcome")
	p.signal(os.Interrupt)
	p.ends(statusOK)
	_ = in.Close()
}

// A part of a streamed message that was missed is not shown as the message.
func TestTornMessages(t *testing.T) {
	f := newFrames(&remote.Session{})
	frame := func(text string) *remote.Frame {
		out := &remote.Frame{}
		if err := json.Unmarshal([]byte(text), out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	delta := func(turn, text string) []engine.Event {
		return f.events(frame(`{"type":"info","content":` + text + `,"sender":"a","timestamp":"2026-01-02T03:04:05Z","metadata":{"event":"delta","turn":` + turn + `}}`))
	}
	if got := delta("1", `"He"`); len(got) != 1 {
		t.Fatalf("got %v, want the text", got)
	}
	if torn := f.tear(); len(torn) != 1 {
		t.Fatalf("got %v, want the turn given up", torn)
	}
	if got := delta("1", `"llo"`); got != nil {
		t.Errorf("got %v of a turn whose beginning is missing", got)
	}
	said := f.events(frame(`{"type":"response","content":"Hello","sender":"a","timestamp":"2026-01-02T03:04:05Z","metadata":{"seq":4,"turn":1,"role":"assistant"}}`))
	if d, ok := said[0].Data.(*engine.Said); !ok || d.Content != "Hello" {
		t.Errorf("got %+v, want the whole message", said)
	}
	if got := delta("2", `"{\"a\": 1"`); got != nil {
		t.Errorf("got %v of an object that is not whole", got)
	}
	if got := delta("3", `"Hi"`); len(got) != 1 {
		t.Errorf("got %v, want the text", got)
	}
}

// What patterns decide is shown as a run shows it.
func TestDecisionsInChat(t *testing.T) {
	f := newFrames(&remote.Session{})
	score := 2.5
	for _, test := range []struct {
		meta string
		want engine.Event
	}{
		{`{"event":"pattern_chosen","next":"inner","by":"chair","why":"x","pattern":"talk"}`, engine.Event{Pattern: "talk", Agent: "inner", Data: &engine.Chosen{Name: "inner", By: "chair", Why: "x"}}},
		{`{"event":"pattern_ballot","choice":"yes","reason":"x","pattern":"v"}`, engine.Event{Pattern: "v", Agent: "a", Data: &engine.Ballot{Choice: "yes", Reason: "x"}}},
		{`{"event":"pattern_verdict","outcome":"yes","by":"majority","ballots":2,"score":2.5}`, engine.Event{Agent: "a", Data: &engine.Verdict{Outcome: "yes", By: "majority", Ballots: 2, Score: &score}}},
		{`{"event":"pattern_handoff","from":"a","to":"b","why":"x"}`, engine.Event{Agent: "a", Data: &engine.Handoff{From: "a", To: "b", Why: "x"}}},
		{`{"event":"pattern_items","items":2}`, engine.Event{Agent: "a", Data: &engine.Items{Items: make([]json.RawMessage, 2)}}},
		{`{"event":"pattern_items","items":-1}`, engine.Event{Agent: "a", Data: &engine.Items{Items: []json.RawMessage{}}}},
		{`{"event":"pattern_planned","number":1,"steps":[{"agent":"a","task":"look"}]}`, engine.Event{Agent: "a", Data: &engine.Planned{Number: 1, Steps: []engine.PlanStep{{Agent: "a", Task: "look"}}}}},
		{`{"event":"pattern_replanned","number":1,"why":"x"}`, engine.Event{Agent: "a", Data: &engine.Replanned{Number: 1, Why: "x"}}},
		{`{"event":"turn_started","asked_as":"judge","decides":true,"stop":"stop.x"}`, engine.Event{Agent: "a", Data: &engine.TurnStarted{Role: "judge", Decides: true, Stop: "stop.x"}}},
		{`{"event":"budget_warned","limit":"limits.max_cost","used":0.4,"most":0.5}`, engine.Event{Agent: "a", Data: &engine.BudgetWarned{Limit: "limits.max_cost", Used: 0.4, Most: 0.5}}},
		{`{"event":"turn_finished","decision":{"met":true}}`, engine.Event{Agent: "a", Data: &engine.TurnFinished{Decision: json.RawMessage(`{"met":true}`)}}},
	} {
		fr := &remote.Frame{}
		if err := json.Unmarshal([]byte(`{"type":"info","sender":"a","metadata":`+test.meta+`}`), fr); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]engine.Event{test.want}, f.events(fr)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.meta, diff)
		}
	}
}

// What a person is asked is shown when it is the person's turn.
func TestQuestionsInChat(t *testing.T) {
	f := newFrames(&remote.Session{})
	for note, want := range map[string][]engine.Event{
		"":              nil,
		"Do you agree?": {{Agent: "user", Data: &engine.Said{Sender: "system", Role: "system", Content: "Do you agree?"}}},
	} {
		fr := &remote.Frame{Type: "info", Sender: "user_1", Metadata: remote.Metadata{Event: "turn_started", Turn: 3, Note: note}}
		if diff := cmp.Diff(want, f.events(fr)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", note, diff)
		}
	}
}
