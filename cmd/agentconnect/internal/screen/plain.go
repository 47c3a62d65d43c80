package screen

import (
	"io"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Plain writes a session as lines: what is said to one writer, each message as
// "name: text" with further lines indented, and what happens beside it to
// another.
type Plain struct {
	out, notes io.Writer
	theme      Theme
	cast       cast
	err        error
}

// NewPlain makes a Plain. Notes may be [io.Discard].
func NewPlain(out, notes io.Writer, theme Theme) *Plain {
	return &Plain{out: out, notes: notes, theme: theme, cast: newCast("user")}
}

// Event takes the next event. Live ones are ignored.
func (p *Plain) Event(e engine.Event) {
	switch d := e.Data.(type) {
	case *engine.Created:
		p.cast.meet(d.Participants)
	case *engine.Said:
		text := strings.TrimRight(Clean(d.Content), "\n ")
		p.write(p.out, p.cast.label(p.theme, d.Sender)+": "+strings.ReplaceAll(text, "\n", "\n  ")+"\n")
	default:
		if note := p.cast.note(&e); note != "" {
			p.write(p.notes, p.theme.Dim("· "+note)+"\n")
		}
	}
}

// Draw does nothing: lines are written at once.
func (p *Plain) Draw() {}

// Err is the first error of writing what was said.
func (p *Plain) Err() error { return p.err }

func (p *Plain) write(w io.Writer, text string) {
	if _, err := io.WriteString(w, text); err != nil && p.err == nil && w == p.out {
		p.err = err
	}
}
