package main

import (
	"fmt"
	"os"

	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// stdio is what the program reads from and writes to.
type stdio struct {
	in       *os.File
	out, err *os.File
	// Whether each is a terminal that understands more than plain lines.
	inTTY, outTTY, errTTY bool
	noColor               bool // by flag
}

func newStdio(in, out, err *os.File) *stdio {
	capable := os.Getenv("TERM") != "dumb"
	is := func(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
	return &stdio{in: in, out: out, err: err, inTTY: is(in), outTTY: capable && is(out), errTTY: capable && is(err)}
}

// theme decides about colours: the flag, NO_COLOR, CLICOLOR and CLICOLOR_FORCE
// come before what the terminal can do.
func (c *stdio) theme(tty bool) screen.Theme {
	switch {
	case c.noColor || os.Getenv("NO_COLOR") != "":
		return screen.Theme{}
	case forced(os.Getenv("CLICOLOR_FORCE")):
		return screen.Theme{Color: true}
	case !tty || os.Getenv("CLICOLOR") == "0":
		return screen.Theme{}
	default:
		return screen.Theme{Color: colorprofile.Env(os.Environ()) >= colorprofile.ANSI}
	}
}

func forced(v string) bool { return v != "" && v != "0" }

// size is that of the terminal, which may change at any time.
func (c *stdio) size() (columns, rows int) {
	columns, rows, err := term.GetSize(int(c.out.Fd()))
	if err != nil || columns <= 0 || rows <= 0 {
		return 80, 24
	}
	return columns, rows
}

// width is the number of columns of an output; 0 when it is no terminal.
func (c *stdio) width(tty bool) int {
	if !tty {
		return 0
	}
	columns, _ := c.size()
	return columns
}

// rendering is how findings are written to an output.
func (c *stdio) rendering(tty bool) specs.RenderOptions {
	return specs.RenderOptions{Color: c.theme(tty).Color, Width: c.width(tty)}
}

// fail says on standard error what went wrong.
func (c *stdio) fail(text string) {
	fmt.Fprintf(c.err, "%s %s\n", c.theme(c.errTTY).Bad("Error:"), text)
}

// showCursor brings the cursor back after an exit at once.
func (c *stdio) showCursor() {
	_, _ = c.out.WriteString("\x1b[?25h\r\n")
}
