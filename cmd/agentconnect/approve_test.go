//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// paying is a session whose agent calls a tool that a person must allow.
const paying = `
provider "scripted" "script" {
  reply {
    when = "call == 1"
    tool_call {
      name      = "pay"
      arguments = { amount = 7 }
    }
  }
  reply {
    when    = "true"
    content = "That is settled."
  }
}
tool "pay" {
  input {
    type = object({ amount = number })
  }
  expr {
    result = "amount * 2"
  }
  approval = "always"
}
agent "ada" {
  provider = provider.script
  tools    = [tool.pay]
}
pattern "sequential" "once" {
  participants = [agent.ada]
}
session "talk" {
  type    = "agent_agent"
  pattern = pattern.once
  opening = "Begin."
}
`

// The person at the terminal sees what a call would do, and decides.
func TestTerminalAsksToAllow(t *testing.T) {
	for name, c := range map[string]struct{ typed, want string }{
		"yes": {"y\r", `"type":"tool.finished"`}, "no": {"n too much\r", `"why":"too much"`}, "nothing": {"\r", `"type":"approval.denied"`}, "leave": {"\x04", `"type":"approval.denied"`},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := command(t, paying, "run", "talk.hcl", "--record", "out.ndjson")
			p := onTerminal(t, cmd)
			p.waitForText("ada asks to call pay with", 1)
			p.waitForText(`"amount": 7`, 1)
			p.waitForText("Allow it? [y/N]", 1)
			p.typed(c.typed)
			if text := screenText(p.ends(statusOK)); !strings.Contains(text, "That is settled.") {
				t.Errorf("got %q", text)
			}
			log, err := os.ReadFile(filepath.Join(cmd.Dir, "out.ndjson"))
			if err != nil || !strings.Contains(string(log), c.want) {
				t.Errorf("the record has no %s (%v):\n%s", c.want, err, log)
			}
		})
	}
}

// In a chat with a server the person decides in the same way.
func TestChatAsksToAllow(t *testing.T) {
	forgetConnections(t)
	desk := strings.NewReplacer("talk = ", "", `"agent_agent"`, `"human_agent"`, `  opening = "Begin."
`, "  open_ended = true\n", `"sequential" "once"`, `"chat" "once"`).Replace(paying)
	s := startServer(t, desk, "talk.hcl")
	token := s.token("admin", s.password())
	cmd := command(t, desk, "chat", s.url+"/talk")
	cmd.Env = append(cmd.Env, "AGENTCONNECT_TOKEN="+token)
	p := onTerminal(t, cmd)
	p.waitFor("/help says what can be typed")
	p.typed("Pay, please.\r")
	p.waitForText("ada asks to call pay with", 1)
	p.waitForText("Allow it? [y/N]", 1)
	p.typed("perhaps\r")
	p.waitForText("y allows the call, n does not", 1)
	p.typed("y\r")
	p.waitForText("That is settled.", 1)
	p.typed("\x04")
	if out := screenText(p.ends(statusOK)); !strings.Contains(out, "pay is allowed") {
		t.Errorf("got %q", out)
	}

	// Nobody is at a terminal.
	cmd = command(t, desk, "chat", s.url+"/talk")
	cmd.Env = append(cmd.Env, "AGENTCONNECT_TOKEN="+token)
	cmd.Stdin = strings.NewReader("Pay, please.\n")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "pay is not allowed: nobody is at a terminal to allow it") || !strings.Contains(string(out), "That is settled.") {
		t.Errorf("got %q (%v)", out, err)
	}
}
