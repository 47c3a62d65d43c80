package lineedit

import (
	"strings"
	"unicode"

	"github.com/clipperhouse/displaywidth"
)

// View lays the line out behind a label in rows of at most width columns, and
// says where the caret stands. Control characters are shown as a replacement.
func (e *Editor) View(label string, width int) (rows []string, row, column int) {
	width = max(width, 8)
	v := view{width: width}
	v.put(label)
	graphemes := displaywidth.StringGraphemes(e.text)
	for at := 0; graphemes.Next(); {
		if at == e.at {
			row, column = v.place()
		}
		v.add(graphemes.Value())
		at += len(graphemes.Value())
	}
	if e.at == len(e.text) {
		row, column = v.place()
	}
	return append(v.rows, v.line.String()), row, column
}

type view struct {
	width, column int
	rows          []string
	line          strings.Builder
}

func (v *view) put(text string) {
	for g := displaywidth.StringGraphemes(text); g.Next(); {
		v.add(g.Value())
	}
}

func (v *view) add(g string) {
	if g == "\n" {
		v.end()
		return
	}
	if strings.ContainsFunc(g, unicode.IsControl) {
		g = "·"
	}
	w := displaywidth.String(g)
	if v.column+w > v.width {
		v.end()
	}
	v.line.WriteString(g)
	v.column += w
}

func (v *view) end() {
	v.rows = append(v.rows, v.line.String())
	v.line.Reset()
	v.column = 0
}

// place is where the next character goes.
func (v *view) place() (row, column int) {
	if v.column >= v.width { // the caret of a full row stands on the next one
		v.end()
	}
	return len(v.rows), v.column
}
