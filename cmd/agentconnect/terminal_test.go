//go:build unix

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// chatting is a session with a person, whose agent takes a while for one answer.
const chatting = `
provider "scripted" "script" {
  reply {
    when    = "input contains 'bye'"
    content = "Farewell."
  }
  reply {
    when    = "input contains 'think'"
    content = "Thought."
    delay   = "1h"
  }
  reply {
    when    = "true"
    content = "Heard you."
  }
}
agent "ada" {
  name     = "Ada"
  provider = provider.script
}
session "talk" {
  type       = "human_agent"
  agent      = agent.ada
  opening    = "Hello, I am Ada."
  open_ended = true
}
`

// screenText is what is written to a terminal without its control sequences.
func screenText(raw string) string {
	return strings.ReplaceAll(regexp.MustCompile(`\x1b\[[0-9;?]*[a-zA-Z]`).ReplaceAllString(raw, ""), "\r", "")
}

func (p *process) waitForText(text string, times int) {
	p.t.Helper()
	p.waitUntil(text, func() bool { return strings.Count(screenText(p.output()), text) >= times })
}

func TestTerminalShowsTheTalk(t *testing.T) {
	example, err := filepath.Abs("../../examples/debate")
	if err != nil {
		t.Fatal(err)
	}
	p := onTerminal(t, command(t, "", "run", example))
	raw := p.ends(statusOK)
	for _, want := range []string{"\x1b[1;36mAda\x1b[m", "\x1b[1;35mBruno\x1b[m", "\x1b[1;32machieved\x1b[m"} {
		if !strings.Contains(raw, want) {
			t.Errorf("got no %q", want)
		}
	}
	text := screenText(raw)
	for _, want := range []string{"Bruno is thinking", "Ada is speaking", "  winner: skeptic\n", "── debate ─", "stop.common_ground"} {
		if !strings.Contains(text, want) {
			t.Errorf("got no %q", want)
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if n := len([]rune(line)); n > 60 && !strings.Contains(line, "is ") {
			t.Errorf("got a line of %d columns, want at most 60: %q", n, line)
		}
	}
	if i := strings.LastIndex(raw, "\x1b[?25"); i < 0 || !strings.HasPrefix(raw[i:], "\x1b[?25h") {
		t.Error("the cursor stays hidden")
	}
}

func TestTerminalWithoutColour(t *testing.T) {
	for _, env := range []string{"NO_COLOR=1", "CLICOLOR=0"} {
		cmd := command(t, slow, "run", "talk.hcl", "--max-turns", "1", "--allow", "exhausted")
		cmd.Env = append(cmd.Env, env)
		raw := onTerminal(t, cmd).ends(statusOK)
		if found := regexp.MustCompile(`\x1b\[[0-9;]*m`).FindString(raw); found != "" {
			t.Errorf("%s: got %q, want no colours", env, found)
		}
	}
	cmd := command(t, slow, "run", "talk.hcl", "--max-turns", "1", "--allow", "exhausted")
	cmd.Env = append(cmd.Env, "TERM=dumb")
	if raw := onTerminal(t, cmd).ends(statusOK); strings.Contains(raw, "\x1b") {
		t.Errorf("TERM=dumb: got %q, want plain lines", raw)
	}
}

// What models say cannot act on the terminal.
func TestTerminalIsSafe(t *testing.T) {
	evil := strings.Replace(slow, "At once.", `\u001b]0;owned\u0007\u001b[2J\u202eReversed`, 1)
	cmd := command(t, evil, "run", "talk.hcl", "--max-turns", "1", "--allow", "exhausted")
	raw := onTerminal(t, cmd).ends(statusOK)
	for _, bad := range []string{"\x1b]0;", "\x07", "\x1b[2J", "\u202e"} {
		if strings.Contains(raw, bad) {
			t.Errorf("%q reached the terminal", bad)
		}
	}
	if !strings.Contains(raw, "␛]0;owned␇") {
		t.Errorf("got %q, want the characters made visible", raw)
	}
}

func TestInterruptOnTerminal(t *testing.T) {
	p := onTerminal(t, command(t, slow, "run", "talk.hcl"))
	p.waitForText("At once.", 1)
	p.typed("\x03")
	text := screenText(p.ends(statusOK))
	if !strings.Contains(text, "cancelled") || !strings.Contains(text, "stopped by Ctrl-C") {
		t.Errorf("got %q, want the summary of a cancelled session", text)
	}
}

// Ctrl-C ends an exploration, which tells what it found until then.
func TestInterruptInExplore(t *testing.T) {
	example, err := filepath.Abs("../../examples/release-vote")
	if err != nil {
		t.Fatal(err)
	}
	p := onTerminal(t, command(t, "", "explore", example, "--states", "100000000", "--memory", "1000000"))
	p.waitForText(" open, 0 findings", 1)
	p.typed("\x03")
	text := screenText(p.ends(statusInterrupted))
	for _, want := range []string{"not every path was followed: the search was interrupted", "measured; the search was interrupted)", "failed    error", "turns "} {
		if !strings.Contains(text, want) {
			t.Errorf("got %q, want %q in it", text, want)
		}
	}
}

func TestChat(t *testing.T) {
	p := onTerminal(t, command(t, chatting, "run", "talk.hcl", "--record", "out.ndjson"))
	p.waitForText("Hello, I am Ada.", 1)
	p.waitForText("> ", 1)
	p.typed("good morming\x1b[D\x1b[D\x1b[D\x7fn\r") // a slip, mended
	p.waitForText("You\n  good morning\n", 1)
	p.waitForText("Heard you.", 1)
	p.typed("\x1b[200~two\rlines\x1b[201~\r")
	p.waitForText("You\n  two\n  lines\n", 1)
	p.typed("\x1b[A\x1b[A\r") // the first one again
	p.waitForText("You\n  good morning\n", 2)
	p.typed("/help\r")
	p.waitForText("/quit or Ctrl-D", 1)
	p.typed("/hepl\r")
	p.waitForText("there is no /hepl", 1)
	p.typed("//path\r")
	p.waitForText("You\n  /path\n", 1)
	p.typed("bye\r")
	p.waitForText("Farewell.", 1)
	p.typed("\x04")
	text := screenText(p.ends(statusOK))
	for _, want := range []string{"achieved", "the input ended", "turns    5"} {
		if !strings.Contains(text, want) {
			t.Errorf("got %q, want %q in it", text, want)
		}
	}
	recorded(t, filepath.Join(p.cmd.Dir, "out.ndjson"))
}

// Ctrl-C in a chat, in raw mode, where it is a key, while the agent works.
func TestInterruptInChat(t *testing.T) {
	p := onTerminal(t, command(t, chatting, "run", "talk.hcl"))
	p.waitForText("> ", 1)
	p.typed("think\r")
	p.waitForText("Ada is thinking", 1)
	p.typed("\x03")
	raw := p.ends(statusOK)
	if !strings.Contains(raw, "stopped by Ctrl-C") {
		t.Errorf("got %q, want a cancelled session", screenText(raw))
	}
	if !strings.HasSuffix(raw[:strings.LastIndex(raw, "── ")], "\x1b[2m") || !strings.Contains(raw, "\x1b[?2004l") {
		t.Error("the terminal is not as it was")
	}
}

// A message typed while the agent works waits, is refused, or interrupts it.
func TestChatWhileBusy(t *testing.T) {
	for _, tt := range []struct{ onBusy, shows string }{
		{"reject", "an agent is at work"},
		{"interrupt", "Ada was interrupted"},
	} {
		t.Run(tt.onBusy, func(t *testing.T) {
			p := onTerminal(t, command(t, strings.Replace(chatting, "open_ended = true", "open_ended = true\n  on_busy = \""+tt.onBusy+"\"", 1), "run", "talk.hcl"))
			p.waitForText("> ", 1)
			p.typed("think\r")
			p.waitForText("Ada is thinking", 1)
			p.typed("bye\r")
			p.waitForText(tt.shows, 1)
			p.typed("\x03")
			p.ends(statusOK)
		})
	}
}

// People in a pattern are asked when it is their turn.
func TestPersonOnTerminal(t *testing.T) {
	p := onTerminal(t, command(t, `
provider "scripted" "script" {
  reply { content = "Draft." }
  reply { content = "Shorter." }
}
agent "ada" { provider = provider.script }
human "lead" { prompt = "Accept it, or say what is wrong." }
pattern "round_robin" "review" {
  participants = [agent.ada, human.lead]
  max_rounds   = 2
}
session "review" {
  type    = "agent_agent"
  pattern = pattern.review
}
`, "run", "talk.hcl"))
	p.waitForText("First message: ", 1)
	p.typed("Write it.\r")
	p.waitForText("lead is asked: Accept it", 1)
	p.waitForText("lead> ", 1)
	p.typed("Too long.\r")
	p.waitForText("lead\n  Too long.\n", 1)
	p.waitForText("Shorter.", 1)
	p.waitForText("lead is asked", 2)
	p.waitForText("lead> ", 2)
	p.typed("\r")
	text := screenText(p.ends(statusOK))
	if !strings.Contains(text, "lead\n  (passes)\n") || !strings.Contains(text, "achieved") {
		t.Errorf("got %q, want an empty line to pass", text)
	}
}

// A condition that pauses the session asks.
func TestPauseOnTerminal(t *testing.T) {
	scenario := strings.NewReplacer(`delay   = "1h"`, "", `session "talk" {`, `stop "look" {
  when   = "turns >= 1"
  action = "pause"
  reason = "Somebody should look."
}
session "talk" {
  stop = [stop.look]`).Replace(slow)
	for _, tt := range []struct{ answer, outcome string }{{"y\r", "achieved"}, {"\r", "achieved"}, {"n\r", "cancelled"}, {"\x04", "cancelled"}, {"\x03", "cancelled"}} {
		p := onTerminal(t, command(t, scenario, "run", "talk.hcl"))
		p.waitForText("Somebody should look.", 1)
		p.waitForText("Go on? [Y/n] ", 1)
		p.typed("what\r")
		p.waitForText("y goes on, n stops", 1)
		p.typed(tt.answer)
		if text := screenText(p.ends(statusOK)); !strings.Contains(text, tt.outcome) {
			t.Errorf("%q: got %q, want outcome %s", tt.answer, text, tt.outcome)
		}
	}
}

// Validate shows its findings in colour.
func TestValidateOnTerminal(t *testing.T) {
	raw := onTerminal(t, command(t, "agent \"ada\" {}\n", "validate", "talk.hcl")).ends(statusFailed)
	if !strings.Contains(raw, "\x1b[1;31mError: \x1b[0m") {
		t.Errorf("got %q, want colours", raw)
	}
}

// With standard output elsewhere, the lines of the terminal are messages.
func TestChatWithOutputElsewhere(t *testing.T) {
	cmd := command(t, chatting, "run", "talk.hcl")
	out, err := os.Create(filepath.Join(cmd.Dir, "out.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close() //nolint:errcheck // it was only written by the process
	cmd.Stdout = out
	p := onTerminal(t, cmd)
	p.typed("bye\n")
	p.waitUntil("Farewell.", func() bool {
		text, _ := os.ReadFile(out.Name())
		return strings.Contains(string(text), "ada: Farewell.") || strings.Contains(string(text), "Ada: Farewell.")
	})
	p.typed("\x04")
	p.ends(statusOK)
}
