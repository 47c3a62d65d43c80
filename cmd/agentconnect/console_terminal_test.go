//go:build unix

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestConsoleOnTerminal(t *testing.T) {
	example, err := filepath.Abs("../../examples/debate")
	if err != nil {
		t.Fatal(err)
	}
	p := onTerminal(t, command(t, "", "console", example))
	p.waitForText(":help says what can be typed", 1)
	p.typed("[1,\r2 + 3]\r")
	p.waitForText("[1, 5]", 1)
	p.typed("agent.judg\r")
	p.waitForText("Did you mean", 1)
	p.typed("half of a text\x03:when\r")
	p.waitForText("when>", 1)
	p.typed("turns == 0\r")
	p.waitForText("turns = 0", 1)
	p.typed(":hcl \"\u001b[2J\"\r\x1b[A\x1b[A") // the second text before it again
	p.typed("\x15(\r\r")                        // an empty line ends a text that is not finished
	p.waitForText("Error:", 2)
	p.typed("\x04")
	raw := p.ends(statusOK)
	text := screenText(raw)
	if strings.Contains(raw, "\x1b[2J") {
		t.Error("what was typed acts on the terminal")
	}
	if !strings.Contains(text, "> [1,\n2 + 3]\n[1, 5]\n") {
		t.Errorf("got %q, want what was typed and its value", text)
	}
	if i := strings.LastIndex(raw, "\x1b[?25"); i < 0 || !strings.HasPrefix(raw[i:], "\x1b[?25h") {
		t.Error("the cursor stays hidden")
	}
}
