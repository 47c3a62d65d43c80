package screen

import (
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// A row is a line of the terminal: a piece of a text, without the line break or
// the spaces at its end.
type row struct{ from, to int }

// rowsOf breaks a text that is clean into rows of at most width columns, between
// words where it can. All rows but the last stay the same however the text goes
// on, so a text may be broken while it arrives.
func rowsOf(text string, width int) []row {
	w := wrapper{text: text, width: max(width, 1)}
	graphemes := displaywidth.StringGraphemes(text)
	for at := 0; graphemes.Next(); {
		w.take(graphemes.Value(), graphemes.Width(), at)
		at += len(graphemes.Value())
	}
	return append(w.rows, row{w.start, len(text)})
}

type wrapper struct {
	text   string
	width  int
	rows   []row
	start  int // of the row that is being filled
	column int
	// The last place in the row where it may break: before the spaces, and
	// behind them.
	before, behind int
}

func (w *wrapper) take(g string, columns, at int) {
	switch {
	case g == "\n":
		w.end(at, at+1, 0)
		return
	case g == " ":
		if w.behind != at || w.behind == w.start {
			w.before = at
		}
		w.behind = at + 1
	case w.column+columns > w.width && w.before > w.start:
		w.end(w.before, w.behind, displaywidth.String(w.text[w.behind:at]))
		if w.column+columns > w.width { // a word longer than a row
			w.end(at, at, 0)
		}
	case w.column+columns > w.width && at > w.start:
		w.end(at, at, 0)
	}
	w.column += columns
}

func (w *wrapper) end(to, next, column int) {
	w.rows = append(w.rows, row{w.start, to})
	w.start, w.before, w.behind, w.column = next, next, next, column
}

// Wrap breaks a clean text into lines of at most width columns, each with an
// indent before it.
func Wrap(text, indent string, width int) string {
	var out strings.Builder
	for i, r := range rowsOf(text, width-displaywidth.String(indent)) {
		if i > 0 {
			out.WriteByte('\n')
		}
		if r.from < r.to {
			out.WriteString(indent)
			out.WriteString(text[r.from:r.to])
		}
	}
	return out.String()
}

// fit cuts a line at a number of columns.
func fit(line string, width int) string {
	if displaywidth.String(line) <= width {
		return line
	}
	return displaywidth.TruncateString(line, max(width, 1), "…")
}
