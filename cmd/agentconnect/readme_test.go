//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// blocks are the fenced blocks of the README below a heading, by language.
func blocks(t *testing.T, heading string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n## "+heading+"\n")
	if heading != "" && !ok {
		t.Fatalf("README.md has no heading %q", heading)
	}
	if heading == "" {
		section = string(text)
	} else if before, _, more := strings.Cut(section, "\n## "); more {
		section = before
	}
	out := map[string][]string{}
	for _, m := range regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$").FindAllStringSubmatch(section, -1) {
		out[m[1]] = append(out[m[1]], m[2])
	}
	return out
}

// What the README says about serving is done as it is written there, but for
// the port, and the exchange on the WebSocket is the one that it shows.
func TestReadmeServes(t *testing.T) {
	forgetConnections(t)
	section := blocks(t, "Serve in three commands")
	if len(section["sh"]) != 2 || len(section["json"]) != 1 {
		t.Fatalf("got %d blocks of commands and %d of frames, want 2 and 1", len(section["sh"]), len(section["json"]))
	}
	commands := strings.Split(strings.TrimSpace(section["sh"][0]), "\n")
	if len(commands) != 3 {
		t.Fatalf("got %d commands, want three: %q", len(commands), commands)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "debate.hcl"), []byte(blocks(t, "")["hcl"][0]), 0o600); err != nil {
		t.Fatal(err)
	}
	shell(t, dir, "", commands[0])

	serve := command(t, "", words(t, commands[1])...)
	serve.Dir = dir
	serve.Env = append(serve.Env, "AGENTCONNECT_SERVER_LISTEN=127.0.0.1:0")
	s := runServer(t, serve)

	chat := command(t, "", words(t, commands[2])...)
	chat.Env = append(chat.Env, "AGENTCONNECT_URL="+s.url)
	p := onTerminal(t, chat)
	p.waitFor("User: ")
	p.typed("ann\n")
	p.waitFor("Password: ")
	p.typed("correct horse\r")
	if out := p.ends(statusOK); !strings.Contains(out, "Should cities ban private cars?") || !strings.Contains(out, "skeptic") {
		t.Errorf("chat does not show the debate: %q", out)
	}

	token, session := s.byCurl(t, section["sh"][1])
	s.exchange(t, token, session, section["json"][0])
}

// words are those of a command line of this program, without the remark.
func words(t *testing.T, line string) []string {
	t.Helper()
	line, _, _ = strings.Cut(line, "#")
	args := strings.Fields(line)
	if len(args) < 2 || args[0] != "bin/agentconnect" {
		t.Fatalf("%q does not run bin/agentconnect", line)
	}
	return args[1:]
}

// shell runs commands with the program under test in the place of the binary.
func shell(t *testing.T, dir, env, script string) string {
	t.Helper()
	bin := t.TempDir()
	if err := os.Mkdir(filepath.Join(bin, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(bin, "bin", "agentconnect")
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-eu", "-c", strings.ReplaceAll(script, "bin/agentconnect", `"$AGENTCONNECT"`))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "AGENTCONNECT="+link, env)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s\n%v: %s", script, err, out)
	}
	return string(out)
}

// byCurl logs in and creates a session with the README's commands. Where there
// is no curl the same requests are made here.
func (s *served) byCurl(t *testing.T, script string) (token, session string) {
	t.Helper()
	for _, want := range []string{
		"server=http://127.0.0.1:8000\n", `$server/auth/login -d username=ann -d "password=correct horse"`, "$server/chat/sessions/create",
		`-H "Authorization: Bearer $token"`, `-H "Content-Type: application/json"`, `-d '{"template": "chat"}'`, `"ws://127.0.0.1:8000/ws/$session?token=$token"`,
	} {
		if !strings.Contains(script, want) {
			t.Errorf("the README's commands do not have %s", want)
		}
	}
	_, noCurl := exec.LookPath("curl")
	_, noJQ := exec.LookPath("jq")
	if noCurl != nil || noJQ != nil {
		token = s.token("ann", "correct horse")
		_, answer := s.call("POST", "/chat/sessions/create", token, `{"template": "chat"}`)
		return token, fmt.Sprint(answer["session_id"])
	}
	script, connect, _ := strings.Cut(script, "websocat ")
	script = strings.ReplaceAll(script+"echo "+connect, "http://127.0.0.1:8000", s.url)
	out := strings.TrimSpace(shell(t, t.TempDir(), "no_proxy=127.0.0.1", script))
	m := regexp.MustCompile(`^ws://127\.0\.0\.1:8000/ws/(session_\w+)\?token=([\w.-]+)$`).FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("the commands give %q, want the address of a WebSocket", out)
	}
	return m[2], m[1]
}

// exchange sends and receives the frames of the README. A frame that comes has
// what is written of it, and more; those between are passed over.
func (s *served) exchange(t *testing.T, token, session, text string) {
	t.Helper()
	ws, w, err := websocket.DefaultDialer.Dial(strings.Replace(s.url, "http", "ws", 1)+"/ws/"+session+"?token="+token, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = w.Body.Close()
	defer ws.Close() //nolint:errcheck // it may be closed already
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	for line := range strings.Lines(text) {
		direction, frame := line[0], []byte(strings.TrimSpace(line[1:]))
		if direction == '>' {
			if err := ws.WriteMessage(websocket.TextMessage, frame); err != nil {
				t.Fatal(err)
			}
			continue
		}
		var want, got any
		if err := json.Unmarshal(frame, &want); err != nil {
			t.Fatalf("%s: %v", frame, err)
		}
		var missed []string
		for {
			_, came, err := ws.ReadMessage()
			if err != nil {
				t.Fatalf("%s does not come: %v; what came: %s", frame, err, strings.Join(missed, "\n"))
			}
			if err := json.Unmarshal(came, &got); err != nil {
				t.Fatal(err)
			}
			if holds(got, want) {
				break
			}
			missed = append(missed, string(came))
		}
		for _, other := range missed {
			if !strings.Contains(other, `"ping"`) {
				t.Errorf("before %s came what the README does not show: %s", frame, other)
			}
		}
	}
}

// holds says whether a value has everything that another one has.
func holds(got, want any) bool {
	w, ok := want.(map[string]any)
	if !ok {
		return got == want
	}
	g, _ := got.(map[string]any)
	for key, value := range w {
		if !holds(g[key], value) {
			return false
		}
	}
	return true
}
