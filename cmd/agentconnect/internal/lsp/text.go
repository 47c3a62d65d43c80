package lsp

import (
	"sort"
	"unicode/utf8"
)

// A text is a file's content with the starts of its lines. Editors count lines
// from 0 and characters in UTF-16 units, or in bytes where they agreed to.
type text struct {
	bytes []byte
	lines []int
	utf8  bool
}

func newText(content []byte, inBytes bool) *text {
	t := &text{bytes: content, lines: []int{0}, utf8: inBytes}
	for i, c := range content {
		if c == '\n' || c == '\r' && (i+1 == len(content) || content[i+1] != '\n') {
			t.lines = append(t.lines, i+1)
		}
	}
	return t
}

// offset is the byte at a position. One beyond the end of its line is at that
// end, one beyond the last line at the end of the text.
func (t *text) offset(p position) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(t.lines) {
		return len(t.bytes)
	}
	at, end := t.lines[p.Line], t.lineEnd(p.Line)
	if t.utf8 {
		at = min(at+max(p.Character, 0), end)
		for at > 0 && at < len(t.bytes) && !utf8.RuneStart(t.bytes[at]) {
			at--
		}
		return at
	}
	for units := 0; at < end; {
		r, size := utf8.DecodeRune(t.bytes[at:end])
		if units += width(r); units > p.Character {
			break
		}
		at += size
	}
	return at
}

// width is how many UTF-16 units a character takes.
func width(r rune) int {
	if r >= 0x10000 {
		return 2
	}
	return 1
}

// lineEnd is where a line ends, without what ends it.
func (t *text) lineEnd(line int) int {
	if line+1 >= len(t.lines) {
		return len(t.bytes)
	}
	end := t.lines[line+1] - 1
	if end > t.lines[line] && t.bytes[end] == '\n' && t.bytes[end-1] == '\r' {
		end--
	}
	return end
}

// position is the place of a byte.
func (t *text) position(offset int) position {
	offset = min(max(offset, 0), len(t.bytes))
	line := sort.SearchInts(t.lines, offset+1) - 1
	return position{line, t.width(t.lines[line], offset)}
}

// width is how many units of the client's the bytes of a line take.
func (t *text) width(from, to int) int {
	if t.utf8 {
		return to - from
	}
	units := 0
	for from < to {
		r, size := rune(t.bytes[from]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(t.bytes[from:])
		}
		units += width(r)
		from += size
	}
	return units
}

func (t *text) span(from, to int) textRange {
	return textRange{t.position(from), t.position(max(from, to))}
}

// with is the text after a change.
func (t *text) with(c change) *text {
	if c.Range == nil {
		return newText([]byte(c.Text), t.utf8)
	}
	from, to := t.offset(c.Range.Start), t.offset(c.Range.End)
	to = max(from, to)
	out := make([]byte, 0, len(t.bytes)-(to-from)+len(c.Text))
	out = append(append(append(out, t.bytes[:from]...), c.Text...), t.bytes[to:]...)
	return newText(out, t.utf8)
}
