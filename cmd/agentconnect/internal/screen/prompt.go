package screen

import (
	"io"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/lineedit"
)

// PromptConfig of a [Prompt].
type PromptConfig struct {
	Out   io.Writer
	Theme Theme
	// Size is that of the terminal, at any time.
	Size func() (columns, rows int)
}

// Prompt is a terminal on which a person types one text after the other, and
// what is answered stays above it. It is not safe for concurrent use.
type Prompt struct {
	cfg    PromptConfig
	paint  painter
	editor lineedit.Editor
}

// NewPrompt shows nothing before Draw.
func NewPrompt(cfg PromptConfig) *Prompt { return &Prompt{cfg: cfg, paint: painter{out: cfg.Out}} }

// Draw shows the text as it is typed, behind a label. It returns the first
// error of writing.
func (p *Prompt) Draw(label string) error {
	columns, rows := p.cfg.Size()
	lines, row, column := p.editor.View(label, columns-1)
	lines[0] = p.labelled(lines[0], label)
	p.paint.paint("", lines, &caret{row, column}, rows)
	return p.paint.err
}

func (p *Prompt) labelled(line, label string) string {
	if !p.cfg.Theme.Color {
		return line
	}
	return strings.Replace(line, label, p.cfg.Theme.Bold(label), 1)
}

// Type takes a key. It returns the text when it is complete.
func (p *Prompt) Type(k lineedit.Key) (text string, complete bool) { return p.editor.Type(k) }

// Text is what is typed.
func (p *Prompt) Text() string { return p.editor.Text() }

// Clear drops what is typed.
func (p *Prompt) Clear() { p.editor.Set("") }

// Echo keeps a text on the screen as it was typed behind a label.
func (p *Prompt) Echo(label, text string) {
	lines := strings.Split(Clean(text), "\n")
	lines[0] = p.labelled(label+lines[0], label)
	p.Print(strings.Join(lines, "\n"))
}

// Print keeps a text on the screen; who calls it has made it harmless.
func (p *Prompt) Print(text string) {
	if text == "" {
		return
	}
	_, rows := p.cfg.Size()
	p.paint.paint(strings.TrimSuffix(text, "\n")+"\n", nil, nil, rows)
}

// Close removes the text that is being typed.
func (p *Prompt) Close() { p.paint.close() }
