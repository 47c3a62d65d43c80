package screen

import (
	"fmt"
	"io"
	"strings"
)

// painter writes to a terminal: lines that stay, and below them an area that is
// drawn anew each time.
type painter struct {
	out  io.Writer
	lead int    // rows of the area above the cursor
	live bool   // there is an area
	last string // the area as it was drawn
	dark bool   // the cursor is hidden
	err  error
}

// caret is where the cursor stands in the area; without one it is hidden.
type caret struct{ row, column int }

// paint writes lines that stay, each with its line break, and the area below
// them, from the lines that fit in height rows.
func (p *painter) paint(stay string, area []string, at *caret, height int) {
	if most := max(height-1, 1); len(area) > most {
		cut := len(area) - most
		area = area[cut:]
		if at != nil {
			at = &caret{max(at.row-cut, 0), at.column}
		}
	}
	drawn := strings.Join(area, "\r\n")
	if at != nil {
		drawn += fmt.Sprint(*at)
	}
	if stay == "" && drawn == p.last && p.live == (len(area) > 0) {
		return
	}
	var b strings.Builder
	p.erase(&b)
	b.WriteString(strings.ReplaceAll(stay, "\n", "\r\n"))
	p.live, p.last, p.lead = len(area) > 0, drawn, 0
	if p.live {
		b.WriteString(strings.Join(area, "\r\n"))
		p.lead = len(area) - 1
		if at != nil {
			b.WriteString(up(p.lead-at.row) + "\r")
			if at.column > 0 {
				fmt.Fprintf(&b, "\x1b[%dC", at.column)
			}
			p.lead = at.row
			p.cursor(&b, true)
		}
	}
	p.write(b.String())
}

// erase removes the area and leaves the cursor, hidden, where it began.
func (p *painter) erase(b *strings.Builder) {
	p.cursor(b, false)
	if p.live {
		b.WriteString(up(p.lead) + "\r\x1b[J")
	}
}

func (p *painter) cursor(b *strings.Builder, show bool) {
	if show != p.dark {
		return
	}
	p.dark = !show
	if show {
		b.WriteString("\x1b[?25h")
	} else {
		b.WriteString("\x1b[?25l")
	}
}

// close removes the area and shows the cursor again.
func (p *painter) close() {
	var b strings.Builder
	p.erase(&b)
	p.live, p.lead, p.last = false, 0, ""
	p.cursor(&b, true)
	p.write(b.String())
}

func (p *painter) write(s string) {
	if _, err := io.WriteString(p.out, s); err != nil && p.err == nil {
		p.err = err
	}
}

func up(rows int) string {
	if rows <= 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA", rows)
}
