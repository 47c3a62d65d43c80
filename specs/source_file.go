package specs

import (
	"sort"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// runeStep is how many bytes lie between two counts of code points.
const runeStep = 1024

// A sourceFile is a text that was read, with what finds places in it. HCL
// counts columns in grapheme clusters; diagnostics count code points.
type sourceFile struct {
	name  string
	text  []byte
	lines []int // offset of the start of each line
	runes []int // code points before each runeStep bytes; nil where each is a byte
}

func newSourceFile(name string, text []byte) *sourceFile {
	f := &sourceFile{name: name, text: text, lines: []int{0}}
	count := 0
	for i, b := range text {
		if i%runeStep == 0 {
			f.runes = append(f.runes, count)
		}
		if utf8.RuneStart(b) {
			count++
		}
		if b == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	if count == len(text) {
		f.runes = nil
	}
	return f
}

// pos is the place of a byte.
func (f *sourceFile) pos(offset int) Pos {
	offset = min(max(offset, 0), len(f.text))
	line := sort.SearchInts(f.lines, offset+1)
	return Pos{Line: line, Column: f.count(offset) - f.count(f.lines[line-1]) + 1, Byte: offset}
}

// count is the number of code points before a byte.
func (f *sourceFile) count(offset int) int {
	if f.runes == nil {
		return offset
	}
	step := min(offset/runeStep, len(f.runes)-1)
	count := f.runes[step]
	for _, b := range f.text[step*runeStep : offset] {
		if utf8.RuneStart(b) {
			count++
		}
	}
	return count
}

// line is the text of a line, from 1, without its end.
func (f *sourceFile) line(number int) (text []byte, offset int) {
	if number < 1 || number > len(f.lines) {
		return nil, 0
	}
	offset = f.lines[number-1]
	end := len(f.text)
	if number < len(f.lines) {
		end = f.lines[number] - 1
	}
	return f.text[offset:end], offset
}

// rng translates a range of HCL.
func (l *loader) rng(r hcl.Range) Range {
	f := l.sources[r.Filename]
	if f == nil {
		return Range{
			Filename: r.Filename,
			Start:    Pos{r.Start.Line, r.Start.Column, r.Start.Byte},
			End:      Pos{r.End.Line, r.End.Column, r.End.Byte},
		}
	}
	return Range{Filename: r.Filename, Start: f.pos(r.Start.Byte), End: f.pos(max(r.Start.Byte, r.End.Byte))}
}
