//go:build unix

package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// lasting is a scenario with a talk of some seconds, one with a person, and one
// whose single answer takes its time.
const lasting = `
variable "topic" {
  type    = string
  default = "bridges"
}
provider "scripted" "script" {
  reply {
    times   = 1000
    delay   = "100ms"
    content = "A considered answer."
  }
}
provider "scripted" "slow" {
  reply {
    times   = 1000
    delay   = "2s"
    content = "A slow answer."
  }
}
agent "ada" {
  provider     = provider.script
  instructions = "Talk about ${var.topic}."
}
agent "bob" { provider = provider.script }
agent "carl" { provider = provider.slow }
pattern "round_robin" "exchange" {
  participants = [agent.ada, agent.bob]
  max_rounds   = 50
}
stop "enough" { when = "turns >= 20" }
session "talk" {
  type    = "agent_agent"
  pattern = pattern.exchange
  opening = "Begin."
  stop    = [stop.enough]
}
session "tour" {
  type  = "human_agent"
  agent = agent.ada
}
session "slow" {
  type  = "human_agent"
  agent = agent.carl
}
`

// startLasting starts a server on a data directory of its own, without limits
// of requests.
func startLasting(t *testing.T) (s *served, token string) {
	t.Helper()
	forgetConnections(t)
	cmd := command(t, lasting, "serve", "talk.hcl", "--listen", "127.0.0.1:0", "--data-dir", "data")
	cmd.Env = append(cmd.Env, unlimited()...)
	s = runServer(t, cmd)
	return s, s.token("admin", s.password())
}

// unlimited is the environment of a server that is asked often.
func unlimited() []string {
	return []string{"AGENTCONNECT_LIMITS_ENABLED=false", "AGENTCONNECT_SESSIONS_MAX_PER_USER=100000"}
}

// again starts the next server in the same place.
func (s *served) again(dataDir string) *served {
	s.t.Helper()
	cmd := command(s.t, lasting, "serve", "talk.hcl", "--listen", "127.0.0.1:0", "--data-dir", dataDir)
	cmd.Dir = s.dir
	cmd.Env = append(cmd.Env, unlimited()...)
	return runServer(s.t, cmd)
}

// begin creates a session of a template.
func (s *served) begin(token, template string) string {
	s.t.Helper()
	status, answer := s.call("POST", "/chat/sessions/create", token, `{"template":"`+template+`"}`)
	id, ok := answer["session_id"].(string)
	if status != http.StatusOK || !ok {
		s.t.Fatalf("create %s: %d %v", template, status, answer)
	}
	return id
}

// await reads frames until one of a type comes.
func await(t *testing.T, ws *websocket.Conn, kind, event string) {
	t.Helper()
	for {
		_, text, err := ws.ReadMessage()
		if err != nil {
			t.Fatalf("no frame %s %s: %v", kind, event, err)
		}
		var f crashFrame
		if err := json.Unmarshal(text, &f); err != nil {
			t.Fatal(err)
		}
		if f.Type == kind && (event == "" || f.Metadata.Event == event) {
			return
		}
	}
}

// ask says something over a new connection, and waits for the answer.
func ask(t *testing.T, ws *websocket.Conn, text string) {
	t.Helper()
	await(t, ws, "system", "live")
	if err := ws.WriteJSON(map[string]string{"type": "text", "content": text}); err != nil {
		t.Fatal(err)
	}
	await(t, ws, "response", "")
}

// becomes waits until a session has a status.
func (s *served) becomes(token, id, want string) {
	s.t.Helper()
	var got any
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		_, answer := s.call("GET", "/chat/sessions/"+id, token, "")
		if got = answer["status"]; got == want {
			return
		}
	}
	s.t.Fatalf("session %s is %v, want %s", id, got, want)
}

// answers counts the answers in a transcript.
func answers(lines []string) (n int) {
	for _, line := range lines {
		if strings.Contains(line, " response ") {
			n++
		}
	}
	return n
}

// A server that is killed goes on, with the next start, with what ran and with
// what waited.
func TestSessionsOutliveKill(t *testing.T) {
	s, token := startLasting(t)
	talk, tour := s.begin(token, "talk"), s.begin(token, "tour")
	ask(t, s.socket(token, tour), "Why?")
	await(t, s.socket(token, talk), "response", "")
	before := s.transcript(token, tour)
	s.signal(syscall.SIGKILL)
	_ = s.cmd.Wait()

	next := s.again("data")
	next.log.waitFor("sessions of the server before")
	if got := next.transcript(token, tour); strings.Join(got, "\n") != strings.Join(before, "\n") {
		t.Errorf("the session that waited has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(before, "\n"))
	}
	ask(t, next.socket(token, tour), "And why else?")
	if got := answers(next.transcript(token, tour)); got < 2 {
		t.Errorf("the session that waited has %d answers, want one more than before", got)
	}
	next.becomes(token, talk, "completed")
	if got := answers(next.transcript(token, talk)); got != 20 {
		t.Errorf("the talk has %d answers, want 20", got)
	}
}

// A server that is told to stop lets a call finish, stores its answer, and does
// not make it again.
func TestServeFinishesCalls(t *testing.T) {
	s, token := startLasting(t)
	slow := s.begin(token, "slow")
	ws := s.socket(token, slow)
	if err := ws.WriteJSON(map[string]string{"type": "text", "content": "Why?"}); err != nil {
		t.Fatal(err)
	}
	await(t, ws, "info", "ack")
	time.Sleep(200 * time.Millisecond) // the call is under way
	s.signal(syscall.SIGTERM)
	s.stops(statusOK)
	status, out := s.run("", "sessions", "show", slow, "--events", "--data-dir", "data")
	if called, answered := strings.Count(out, "model.called"), strings.Count(out, "model.answered"); status != statusOK || called != 1 || answered != 1 {
		t.Errorf("got %d, %d calls and %d answers, want 1 and 1:\n%s", status, called, answered, out)
	}
	next := s.again("data")
	if lines := next.transcript(token, slow); answers(lines) != 1 {
		t.Errorf("the answer is not there:\n%s", strings.Join(lines, "\n"))
	}
}

// What is copied while a server runs is restored elsewhere and served there.
func TestBackupIsServed(t *testing.T) {
	s, token := startLasting(t)
	talk, tour := s.begin(token, "talk"), s.begin(token, "tour")
	ask(t, s.socket(token, tour), "Why?")
	want := s.transcript(token, tour)
	if status, out := s.run("", "backup", "copy", "--data-dir", "data"); status != statusOK || !strings.Contains(out, "copied") {
		t.Fatalf("backup: %d %s", status, out)
	}
	info, err := os.Stat(filepath.Join(s.dir, "copy"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v, %v", info, err)
	}
	if status, out := s.run("", "restore", "copy", "--data-dir", "data"); status != statusUsage || !strings.Contains(out, "is used by process") {
		t.Errorf("a restore over a running server: %d %s", status, out)
	}
	if status, out := s.run("", "restore", "copy", "--data-dir", "other"); status != statusOK || !strings.Contains(out, "restored 2 sessions") {
		t.Fatalf("restore: %d %s", status, out)
	}
	keys, err := os.ReadFile(filepath.Join(s.dir, "data/signing_keys.json"))
	if err == nil {
		err = os.WriteFile(filepath.Join(s.dir, "other/signing_keys.json"), keys, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	other := s.again("other")
	if got := other.transcript(token, tour); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the copy has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	other.becomes(token, talk, "completed")
	ask(t, other.socket(token, tour), "And why else?")
	s.becomes(token, talk, "completed") // the original is its own
}

// The commands say the same through a running server and without one.
func TestSessionsCommands(t *testing.T) {
	s, token := startLasting(t)
	talk, tour := s.begin(token, "talk"), s.begin(token, "tour")
	ask(t, s.socket(token, tour), "Why?")
	s.becomes(token, talk, "completed")
	run := func(want int, args ...string) string {
		t.Helper()
		status, out := s.run("", append(args, "--data-dir", "data")...)
		if status != want {
			t.Errorf("%s: got status %d, want %d\n%s", strings.Join(args, " "), status, want, out)
		}
		return out
	}
	commands := [][]string{
		{"sessions", "list"},
		{"sessions", "list", "--json"},
		{"sessions", "list", "--owner", "nobody"},
		{"sessions", "list", "--template", "talk", "--status", "completed"},
		{"sessions", "show", talk},
		{"sessions", "show", talk, "--json"},
		{"sessions", "show", talk, "--events"},
		{"sessions", "show", talk, "--events", "--json"},
		{"sessions", "show", tour, "--tail", "1"},
		{"sessions", "export", talk},
		{"sessions", "replay", talk},
		{"sessions", "replay", talk, "--scenario", "talk.hcl"},
		{"explain", talk},
		{"explain", talk, "--json"},
	}
	outputs := make([]string, len(commands))
	for i, c := range commands {
		outputs[i] = run(statusOK, c...)
	}
	for i, want := range map[int]string{
		0: "SESSION", 1: `"template":"talk"`, 2: "There is no such session", 3: "stop.enough", 4: "A considered answer.", 5: `"status": "completed"`, 6: "model.answered",
		7: `"type":"session.created"`, 8: "before)", 9: archiveBegin, 10: "the same\n", 11: "the same\n", 12: "stop.enough", 13: `"outcome": "achieved"`,
	} {
		if !strings.Contains(outputs[i], want) {
			t.Errorf("%s: want %q in\n%s", strings.Join(commands[i], " "), want, outputs[i])
		}
	}
	if out := run(statusOK, "nodes", "--json"); !strings.Contains(out, strings.TrimPrefix(s.url, "http://")) {
		t.Errorf("nodes: want %s in %s", s.url, out)
	}
	first := run(statusOK, "sessions", "list", "--limit", "1")
	if !strings.Contains(first, "There are more: --cursor ") {
		t.Fatalf("a list with more behind it: %s", first)
	}
	cursor := strings.Fields(first[strings.Index(first, "--cursor "):])[1]
	if second := run(statusOK, "sessions", "list", "--limit", "1", "--cursor", cursor); strings.Contains(second, "There are more") || strings.Count(second, "session_") != 1 {
		t.Errorf("the rest of the list: %s", second)
	}

	changed := strings.ReplaceAll(lasting, "turns >= 20", "turns >= 10")
	if err := os.WriteFile(filepath.Join(s.dir, "changed.hcl"), []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := run(statusFailed, "sessions", "replay", talk, "--scenario", "changed.hcl"); !strings.Contains(out, "It differs at event") {
		t.Errorf("a changed scenario: %s", out)
	}

	copied := strings.TrimSpace(run(statusOK, "sessions", "fork", talk, "--at", "10", "--var", "topic=tunnels"))
	s.becomes(token, copied, "completed")
	run(statusOK, "sessions", "export", talk, "talk.jsonl")
	if out := run(statusOK, "sessions", "import", "talk.jsonl"); !strings.HasPrefix(out, "session_") || strings.TrimSpace(out) == talk {
		t.Errorf("an import of what is there: %s", out)
	}

	s.signal(syscall.SIGTERM)
	s.stops(statusOK)
	for i, c := range commands {
		if i < 2 || i == 3 { // there are more sessions now
			continue
		}
		if out := run(statusOK, c...); out != outputs[i] {
			t.Errorf("%s: without a server\n%s\nwant\n%s", strings.Join(c, " "), out, outputs[i])
		}
	}
	if status, out := s.run("pass\n", "users", "add", "bob", "--password-stdin", "--data-dir", "other"); status != statusOK {
		t.Fatal(out)
	}
	status, out := s.run("", "sessions", "import", "talk.jsonl", "--owner", "bob", "--data-dir", "other")
	if status != statusOK || strings.TrimSpace(out) != talk {
		t.Errorf("import elsewhere: %d %s", status, out)
	}
	if _, out := s.run("", "sessions", "list", "--data-dir", "other"); !strings.Contains(out, talk) || !strings.Contains(out, "bob") {
		t.Errorf("what was imported: %s", out)
	}
	if status, out := s.run("", "sessions", "replay", "talk.jsonl"); status != statusOK || out != "the same\n" {
		t.Errorf("replay of a file: %d %s", status, out)
	}
	next := strings.TrimSpace(run(statusOK, "sessions", "fork", tour, "--say", "And why else?"))
	again := s.again("data")
	again.becomes(token, next, "active")
	await(t, again.socket(token, next), "response", "")
}
