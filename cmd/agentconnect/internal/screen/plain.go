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
	cfg  PlainConfig
	cast cast
	err  error
}

// PlainConfig configures a [Plain].
type PlainConfig struct {
	// Out gets what is said, Notes what happens beside it.
	Out, Notes io.Writer
	Theme      Theme
	// Composed is as in [Config].
	Composed bool
}

// NewPlain makes a Plain.
func NewPlain(cfg PlainConfig) *Plain { return &Plain{cfg: cfg, cast: newCast("user")} }

// Event takes the next event. Live ones are ignored.
func (p *Plain) Event(e engine.Event) {
	switch d := e.Data.(type) {
	case *engine.Created:
		p.cast.meet(d.Participants)
		if p.cfg.Composed {
			p.remark(composed)
		}
	case *engine.Said:
		text := strings.TrimRight(Clean(d.Content), "\n ")
		line := p.cast.labelOf(p.cfg.Theme, d) + ": " + strings.ReplaceAll(text, "\n", "\n  ") + "\n"
		if _, err := io.WriteString(p.cfg.Out, line); err != nil && p.err == nil {
			p.err = err
		}
	default:
		if note := p.cast.note(&e); note != "" {
			p.remark(note)
		}
	}
}

// remark writes a note; it does not matter whether anybody reads it.
func (p *Plain) remark(text string) {
	_, _ = io.WriteString(p.cfg.Notes, p.cfg.Theme.Dim("· "+Line(text))+"\n")
}

// Draw returns the first error of writing what was said; lines are written at
// once.
func (p *Plain) Draw() error { return p.err }

// Close does nothing.
func (p *Plain) Close() {}
