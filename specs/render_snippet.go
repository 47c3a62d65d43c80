package specs

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

const (
	tabStop = 4
	// snippetLines is how many lines a snippet shows; a longer one loses its
	// middle.
	snippetLines = 6
	// lineWindow is how many bytes before and after the marked characters of a
	// very long line are looked at.
	lineWindow = 1024
)

// A sourceLine is a line of a snippet: its text, its number, and the bytes
// that are marked, from and to (exclusive); from is -1 where none is.
type sourceLine struct {
	text     string
	number   int
	from, to int
}

// snippet writes the source lines with the marked characters underlined.
func (r *renderer) snippet(s *Snippet, sgr string) {
	lines := markedLines(s)
	last := lines[len(lines)-1].number
	gutter := len(strconv.Itoa(last))
	for i, line := range lines {
		if i > 0 && line.number > lines[i-1].number+1 {
			r.line(r.ink(inkGutter, fmt.Sprintf("  %*s …", gutter, "")))
		}
		text, before, under := layout(line, r.code-gutter-5)
		r.line(r.ink(inkGutter, fmt.Sprintf("  %*d | ", gutter, line.number)), text)
		if under > 0 {
			mark := strings.Repeat(" ", before) + r.ink(sgr, strings.Repeat("^", under))
			r.line(r.ink(inkGutter, fmt.Sprintf("  %*s | ", gutter, "")), mark)
		}
	}
}

// markedLines splits a snippet into lines; of many it keeps the first and the
// last ones.
func markedLines(s *Snippet) []sourceLine {
	from := min(max(s.HighlightStartOffset, 0), len(s.Code))
	to := min(max(s.HighlightEndOffset, from), len(s.Code))
	var lines []sourceLine
	offset := 0
	for text := range strings.SplitSeq(strings.TrimSuffix(s.Code, "\n"), "\n") {
		line := sourceLine{text: strings.TrimSuffix(text, "\r"), number: s.StartLine + len(lines), from: -1}
		end := offset + len(text)
		if from <= end && (to > offset || from == to && from >= offset) {
			line.from, line.to = max(from-offset, indent(line.text)), min(to-offset, len(line.text))
			if from >= offset {
				line.from = from - offset
			}
		}
		lines = append(lines, line)
		offset = end + 1
	}
	for len(lines) > 1 && lines[len(lines)-1].from < 0 {
		lines = lines[:len(lines)-1] // a mark at the end of a line begins another
	}
	if len(lines) > snippetLines {
		keep := lines[len(lines)-2:]
		lines = append(lines[:snippetLines-2:snippetLines-2], keep...)
	}
	return lines
}

// indent is the number of blanks at the start of a line.
func indent(text string) int { return len(text) - len(strings.TrimLeft(text, " \t")) }

// layout is a line as it is shown in so many columns, how many columns come
// before the mark, and how wide the mark is.
func layout(line sourceLine, columns int) (text string, before, under int) {
	line = line.window()
	cells := cellsOf(line.text)
	first, last := marked(cells, line)
	start := cropStart(cells, first, last, columns)
	var out strings.Builder
	used := 0
	if start > 0 {
		out.WriteString("…")
		used = 1
	}
	for i := start; i < len(cells); i++ {
		if used+cells[i].width > columns-1 && i < len(cells)-1 {
			out.WriteString("…")
			break
		}
		if i < first {
			before = used + cells[i].width
		}
		if i == first {
			before = used
		}
		if i >= first && i < last {
			under += cells[i].width
		}
		out.WriteString(cells[i].text)
		used += cells[i].width
	}
	if line.from < 0 {
		return out.String(), 0, 0
	}
	if first >= len(cells) {
		before = used
	}
	return out.String(), before, max(under, 1)
}

// window is the part of a very long line around the marked bytes.
func (l sourceLine) window() sourceLine {
	if len(l.text) <= 2*lineWindow {
		return l
	}
	low := max(l.from-lineWindow, 0)
	high := min(max(l.from, 0)+2*lineWindow, len(l.text))
	for low > 0 && low < len(l.text) && !utf8.RuneStart(l.text[low]) {
		low--
	}
	for high < len(l.text) && !utf8.RuneStart(l.text[high]) {
		high++
	}
	l.text = l.text[low:high]
	if l.from >= 0 {
		l.from, l.to = l.from-low, min(l.to-low, len(l.text))
	}
	return l
}

// A cell is one character as a person sees it.
type cell struct {
	text   string
	width  int
	offset int // in the line, in bytes
}

// cellsOf expands tabs and makes unsafe characters visible.
func cellsOf(text string) []cell {
	var cells []cell
	column := 0
	graphemes := displaywidth.StringGraphemes(text)
	for offset := 0; graphemes.Next(); {
		value := graphemes.Value()
		shown := clean(value, summaryMax)
		width := displaywidth.String(shown)
		if value == "\t" {
			width = tabStop - column%tabStop
			shown = strings.Repeat(" ", width)
		}
		cells = append(cells, cell{shown, width, offset})
		column += width
		offset += len(value)
	}
	return cells
}

// marked are the cells that hold the marked bytes: from first up to last.
func marked(cells []cell, line sourceLine) (first, last int) {
	first, last = len(cells), len(cells)
	for i := range cells {
		end := len(line.text)
		if i+1 < len(cells) {
			end = cells[i+1].offset
		}
		if line.from < end && first == len(cells) {
			first = i
		}
		if cells[i].offset >= line.to {
			last = max(i, first)
			break
		}
	}
	return first, max(first, last)
}

// cropStart is the first cell to show so that the mark is in view.
func cropStart(cells []cell, first, last, columns int) int {
	total := 0
	for i := range cells[:min(last, len(cells))] {
		total += cells[i].width
	}
	if total < columns {
		return 0
	}
	// A third of the line before the mark gives the context.
	start, room := first, columns/3
	for start > 0 && room >= cells[start-1].width {
		start--
		room -= cells[start].width
	}
	return start
}
