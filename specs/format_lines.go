package specs

import (
	"bytes"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// blankLines gives a text its blank lines: one where there were several, none
// at its ends and just inside of brackets, and one around each block of several
// lines at the top, whose comment stays with it. Spaces at the ends of comments
// go, and the last line gets its end.
func blankLines(src []byte, lexed *Lexed) []byte {
	w := &lineWriter{src: src, ending: lineEnding(src), first: true, top: -1}
	for _, t := range lexed.Tokens(src) {
		w.token(&t)
	}
	return w.finish()
}

// lineEnding is how the lines of a text end.
func lineEnding(src []byte) []byte {
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		return []byte("\r\n")
	}
	return []byte("\n")
}

// A lineWriter goes over the tokens of a text and writes them again.
type lineWriter struct {
	src, out []byte
	ending   []byte
	at       int // the end of the last token in src

	depth  int
	first  bool // nothing stands on the line yet
	blank  bool // there was an empty line
	opened bool // the last thing was an open bracket
	// top is where in out the item at the top of the file begins, with the comments
	// right above it, and joined says that it follows its neighbour at once.
	top    int
	joined bool
	// inItem says that more than comments has been written of it.
	inItem bool
	// assigned says that the item is an argument.
	assigned bool
	// broken says that the item has ended a line inside of brackets.
	broken bool
	// apart says that a block of several lines has ended.
	apart bool
}

func (w *lineWriter) token(t *hclsyntax.Token) {
	gap := w.src[w.at:t.Range.Start.Byte]
	w.at = t.Range.End.Byte
	switch t.Type {
	case hclsyntax.TokenEOF:
		return
	case hclsyntax.TokenNewline:
		if w.first {
			w.blank = true
			return
		}
		w.out = append(w.out, t.Bytes...)
		w.endLine()
		return
	default:
	}
	closes := closing(t.Type)
	if w.first {
		w.startLine(closes)
	}
	w.out = append(w.out, gap...)
	if t.Type == hclsyntax.TokenComment {
		w.comment(t.Bytes)
		return
	}
	w.inItem = true
	w.out = append(w.out, t.Bytes...)
	w.count(t.Type, closes)
}

// startLine writes the blank line above a line, if it has one.
func (w *lineWriter) startLine(closes bool) {
	separate := len(w.out) > 0 && (w.blank && !w.opened && !closes || w.apart)
	if separate {
		w.out = append(w.out, w.ending...)
	}
	if w.depth == 0 && !w.inItem && (separate || w.top < 0) {
		w.top, w.joined = len(w.out), len(w.out) > 0 && !separate
	}
	w.first, w.blank, w.apart = false, false, false
}

// comment writes a comment; one to the end of the line has the line's end in
// it.
func (w *lineWriter) comment(text []byte) {
	if !toLineEnd(text) {
		w.out = append(w.out, text...)
		return
	}
	w.out = append(w.out, bytes.TrimRight(text, " \t\r\n")...)
	switch {
	case bytes.HasSuffix(text, []byte("\r\n")):
		w.out = append(w.out, "\r\n"...)
	case bytes.HasSuffix(text, []byte("\n")):
		w.out = append(w.out, '\n')
	default: // the end of the file
		return
	}
	w.endLine()
}

// toLineEnd says whether a comment ends with its line.
func toLineEnd(comment []byte) bool { return comment[0] == '#' || comment[1] == '/' }

// count follows the brackets.
func (w *lineWriter) count(kind hclsyntax.TokenType, closes bool) {
	w.opened = opening(kind)
	switch {
	case w.opened:
		w.depth++
	case closes:
		w.depth--
	case kind == hclsyntax.TokenEqual && w.depth == 0:
		w.assigned = true
	}
}

func (w *lineWriter) endLine() {
	w.first = true
	if w.depth > 0 {
		w.broken = true
		return
	}
	if !w.inItem {
		return // a comment belongs to what follows
	}
	w.apart = w.broken && !w.assigned
	if w.apart && w.joined {
		w.out = slices.Insert(w.out, w.top, w.ending...)
	}
	w.top, w.inItem, w.assigned, w.broken = -1, false, false, false
}

// finish ends the last line.
func (w *lineWriter) finish() []byte {
	w.out = bytes.TrimRight(w.out, " \t\r")
	if len(w.out) > 0 && w.out[len(w.out)-1] != '\n' {
		w.out = append(w.out, w.ending...)
		w.endLine()
	}
	return w.out
}

func opening(kind hclsyntax.TokenType) bool {
	switch kind {
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		return true
	default:
		return false
	}
}

func closing(kind hclsyntax.TokenType) bool {
	switch kind {
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
		return true
	default:
		return false
	}
}
