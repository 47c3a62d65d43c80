package screen

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"
)

// emulator is a terminal as far as the painter uses one. Lines never scroll
// away.
type emulator struct {
	t           *testing.T
	rows        [][]string // cells; the second one of a wide character is empty
	row, column int
	hidden      bool
}

var sequence = regexp.MustCompile(`^\x1b\[(\??)(\d*)([A-Za-z])`)

// Write implements [io.Writer].
func (m *emulator) Write(b []byte) (int, error) {
	for text := string(b); text != ""; {
		if found := sequence.FindStringSubmatch(text); found != nil {
			m.control(found[1]+found[3], found[2])
			text = text[len(found[0]):]
			continue
		}
		if text[0] == '\x1b' {
			m.t.Fatalf("the terminal got %q", text[:min(len(text), 20)])
		}
		g := displaywidth.StringGraphemes(text)
		g.Next()
		m.put(g.Value())
		text = text[len(g.Value()):]
	}
	return len(b), nil
}

func (m *emulator) control(name, arg string) {
	n, _ := strconv.Atoi(arg)
	switch name {
	case "A":
		m.row -= n
		if n == 0 || m.row < 0 {
			m.t.Fatalf("the cursor went up %q to row %d", arg, m.row)
		}
	case "C":
		m.column += n
	case "J":
		m.line()
		m.rows = m.rows[:m.row+1]
		m.rows[m.row] = m.rows[m.row][:min(m.column, len(m.rows[m.row]))]
	case "?h", "?l":
		m.hidden = name == "?l"
	case "m":
	default:
		m.t.Fatalf("the terminal got %s %s", name, arg)
	}
}

func (m *emulator) put(g string) {
	switch g {
	case "\r\n":
		m.row, m.column = m.row+1, 0
		m.line()
		return
	case "\r":
		m.column = 0
		return
	case "\n":
		m.t.Fatal("a line break without a carriage return")
	}
	m.line()
	row := m.rows[m.row]
	width := displaywidth.String(g)
	for len(row) < m.column+width {
		row = append(row, " ")
	}
	row[m.column] = g
	if width == 2 {
		row[m.column+1] = ""
	}
	m.rows[m.row], m.column = row, m.column+width
}

func (m *emulator) line() {
	for len(m.rows) <= m.row {
		m.rows = append(m.rows, nil)
	}
}

// text is what is on the screen.
func (m *emulator) text() string {
	lines := make([]string, len(m.rows))
	for i, row := range m.rows {
		lines[i] = strings.TrimRight(strings.Join(row, ""), " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}
