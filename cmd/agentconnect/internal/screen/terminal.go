package screen

import (
	"io"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/lineedit"
	"github.com/agentconnect-dev/agentconnect/engine"
)

// maxColumns is the width beyond which text is not easier to read.
const maxColumns = 100

// indent stands before what is said, below the name of who says it.
const indent = "  "

// Config configures a [Terminal].
type Config struct {
	Out   io.Writer
	Theme Theme
	// Size gives the terminal's columns and rows; it is asked for each drawing.
	Size func() (columns, rows int)
	// Structured are the agents whose answers are JSON.
	Structured map[string]bool
	// Composed says that composed answers are what was asked for, so that they
	// are not marked.
	Composed bool
	// Now defaults to [time.Now].
	Now func() time.Time
}

// Terminal draws a session: what is said, as it is said, and below it a line
// about who is at work and, when a person is asked, a line to type in.
type Terminal struct {
	cfg   Config
	cast  cast
	stage stage
	paint painter
	work  working

	text string          // of the message that is being shown, clean
	done int             // how much of it stays on the screen already
	stay strings.Builder // lines to be added

	ask    string // what stands before the line to type in
	asking bool
	editor lineedit.Editor
}

// NewTerminal makes a Terminal. Close it.
func NewTerminal(cfg Config) *Terminal {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Terminal{cfg: cfg, cast: newCast("You"), stage: stage{shown: map[int]bool{}, over: map[int]bool{}}, paint: painter{out: cfg.Out}}
}

// Event takes the next event, live ones included. What it shows is drawn by
// [Terminal.Draw].
func (t *Terminal) Event(e engine.Event) {
	t.work.event(&e, &t.cast)
	switch d := e.Data.(type) {
	case *engine.Created:
		t.cast.meet(d.Participants)
		if t.cfg.Composed {
			t.stage.remark(composed)
		}
	case *engine.TurnStarted:
		if d.Decides {
			break
		}
		if d.Call != "" {
			t.stage.yield(d.Frame)
		}
		if sp := t.speech(&e); sp != nil {
			sp.frame = d.Frame
		}
	case *engine.Entered:
		if d.Call != "" {
			t.stage.yield(d.Parent)
		}
	case *engine.TextDelta:
		if d.Text != "" && !t.cast.decides(e.Turn) {
			t.stage.hear(t.speech(&e), d.Text)
		}
	case *engine.ModelAnswered:
		if d.Text != "" || len(d.ToolCalls) > 0 {
			t.stage.again(e.Turn)
		}
	case *engine.ModelFailed:
		t.stage.again(e.Turn)
	case *engine.TurnFinished:
		if d.Held != nil {
			t.stage.hold(e.Turn, d.Held)
		} else {
			t.stage.fall(e.Turn)
		}
	case *engine.TurnFailed:
		t.stage.fail(e.Turn)
	case *engine.Said:
		t.stage.say(e.Turn, d)
	case *engine.Left:
		t.stage.leave(d.Frame)
	}
	if note := t.cast.note(&e); note != "" {
		t.stage.remark(note)
	}
}

// speech is the agent's turn that an event belongs to, nil for a person's.
func (t *Terminal) speech(e *engine.Event) *speech {
	if t.cast.human[e.Agent] {
		return nil
	}
	return t.stage.start(e.Turn, e.Agent, e.Time, t.cfg.Structured[e.Agent])
}

// Remark shows a text beside the conversation.
func (t *Terminal) Remark(text string) { t.stage.remark(Clean(text)) }

// Ask shows a line to type in, behind a label, until Hush.
func (t *Terminal) Ask(label string) { t.ask, t.asking = Line(label), true }

// Hush takes the line to type in away; what was typed in it is kept.
func (t *Terminal) Hush() { t.asking = false }

// Asking says whether there is a line to type in.
func (t *Terminal) Asking() bool { return t.asking }

// Type takes a key for the line. It returns the line when it is complete.
func (t *Terminal) Type(k lineedit.Key) (line string, complete bool) {
	if !t.asking {
		return "", false
	}
	return t.editor.Type(k)
}

// Restore puts a line back that could not be taken.
func (t *Terminal) Restore(line string) { t.editor.Set(line) }

// Empty says whether nothing is typed.
func (t *Terminal) Empty() bool { return t.editor.Text() == "" }

// Draw brings the screen up to date. It returns the first error of writing.
func (t *Terminal) Draw() error {
	columns, rows := t.cfg.Size()
	width := max(min(columns, maxColumns), 20)
	for _, b := range t.stage.take() {
		t.show(b, width)
	}
	area := t.partial(width)
	if status := t.work.status(&t.stage, t.cfg.Now()); status != "" {
		area = append(area, t.cfg.Theme.Dim(fit(status, columns-1)))
	}
	var at *caret
	if t.asking {
		lines, row, column := t.editor.View(t.ask, columns-1)
		at = &caret{len(area) + row, column}
		if t.cfg.Theme.Color {
			lines[0] = strings.Replace(lines[0], t.ask, t.cfg.Theme.Bold(t.ask), 1)
		}
		area = append(area, lines...)
	}
	t.paint.paint(t.stay.String(), area, at, rows)
	t.stay.Reset()
	return t.paint.err
}

// Close removes what does not stay on the screen; of a message that did not end,
// what there was of it stays.
func (t *Terminal) Close() {
	t.asking = false
	t.stage.abandon()
	_ = t.Draw() // nothing follows that could fail
	t.paint.close()
}

// show takes a piece of a message, or a note.
func (t *Terminal) show(b block, width int) {
	if b.note {
		for line := range strings.SplitSeq(Wrap("· "+b.text, "", width), "\n") {
			t.stay.WriteString(t.cfg.Theme.Dim(line) + "\n")
		}
		t.stay.WriteString("\n")
		return
	}
	if b.begins {
		t.text, t.done = "", 0
		t.stay.WriteString(t.cast.label(t.cfg.Theme, b.agent) + "\n")
	}
	t.text += Clean(b.text)
	t.settle(width)
	if !b.ends {
		return
	}
	for _, line := range t.rows(width) {
		t.stay.WriteString(line + "\n")
	}
	if b.simulated && !t.cfg.Composed {
		t.stay.WriteString(indent + t.cfg.Theme.Dim("(composed: the script has no reply for this)") + "\n")
	}
	t.stay.WriteString("\n")
	t.text, t.done = "", 0
}

// settle moves the rows that cannot change any more to those that stay. Empty
// ones at the end wait for what follows.
func (t *Terminal) settle(width int) {
	text := strings.TrimRight(t.text, "\n ")
	if t.done >= len(text) {
		return
	}
	rows := rowsOf(text[t.done:], width-len(indent))
	for _, r := range rows[:len(rows)-1] {
		t.stay.WriteString(indented(text[t.done+r.from:t.done+r.to]) + "\n")
	}
	t.done += rows[len(rows)-1].from
}

// rows are those of the message that do not stay yet.
func (t *Terminal) rows(width int) []string {
	text := strings.TrimRight(t.text, "\n ")
	if t.done >= len(text) {
		return nil
	}
	var lines []string
	for _, r := range rowsOf(text[t.done:], width-len(indent)) {
		lines = append(lines, indented(text[t.done+r.from:t.done+r.to]))
	}
	return lines
}

// partial is the message that is being shown, as far as it does not stay.
func (t *Terminal) partial(width int) []string {
	if t.stage.current == nil {
		return nil
	}
	return t.rows(width)
}

func indented(line string) string {
	if line == "" {
		return ""
	}
	return indent + line
}
