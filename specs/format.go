package specs

import (
	"bytes"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Format writes a file of the language in its one layout: indented by two
// spaces, the equals signs and comments of neighbouring lines below each other,
// one blank line where there were several and around each block of several lines
// at the top, none just inside of braces, x for "${x}". Heredocs and what is quoted
// stay as they are, and so does the end of lines. Formatting its result changes
// nothing.
//
// The file name decides nothing but this: a file in JSON syntax, whose name ends
// in .json, is returned as it is. So is a text that is not HCL, with the findings
// about its syntax. Format may be called concurrently.
func Format(filename string, src []byte) ([]byte, Diagnostics) {
	return (&Lexed{}).Format(filename, src) // what is laid out already is the same text at each step
}

// Format is the function of that name, for a text that others may read, too.
func (c *Lexed) Format(filename string, src []byte) ([]byte, Diagnostics) {
	if strings.HasSuffix(filename, ".json") {
		return src, nil
	}
	if found := c.unsound(filename, src); len(found) > 0 {
		return src, found
	}
	var out []byte
	same := false
	var laying sync.WaitGroup // at the same time it is parsed
	laying.Go(func() {
		defer func() { _ = recover() }() // nothing is written then
		out, same = laidOut(bytes.TrimPrefix(src, []byte(bom)), c)
	})
	parsed := len(c.tree(filename, src).found) == 0
	laying.Wait()
	if parsed && same {
		return out, nil
	}
	l := newLoader(Options{})
	if l.parse(filename, src); len(l.ds) == 0 {
		l.report(codeInternal, "", hcl.Range{}, "%s cannot be formatted without changing what it says.", filename)
	}
	return src, l.finish()
}

// unsound says why a text cannot even be parsed.
func (c *Lexed) unsound(filename string, src []byte) Diagnostics {
	l := newLoader(Options{Lexed: c})
	if len(src) > maxFileSize {
		l.report(codeTooLarge, "", hcl.Range{}, "%s has %s; at most %s are formatted.", filename, sizeText(len(src)), sizeText(maxFileSize))
		return l.finish()
	}
	l.addSource(filename, src)
	l.guard(src, filename, syntaxConfig, "")
	return l.finish()
}

// maxPasses bounds how often a text is laid out until it stays as it is: what
// one pass moves may let the next one align other lines.
const maxPasses = 8

// laidOut formats a text without mistakes in its syntax. It gives false if the
// result would say something else.
func laidOut(src []byte, lexed *Lexed) ([]byte, bool) {
	cut, heredocs := cutHeredocs(src, lexed)
	start := unwrapAll(cut)
	text := settled(start, lexed)
	if bytes.Equal(text, cut) {
		return src, true
	}
	tokens := lexed.Tokens(text)
	if spelling(tokens) != spelling(lexed.Tokens(start)) {
		return nil, false
	}
	return pasteHeredocs(text, tokens, heredocs)
}

// settled moves the space of a text until it stays where it is.
func settled(text []byte, lexed *Lexed) []byte {
	for pass := range maxPasses {
		aligned := lexed.aligned(text)
		if pass > 0 && bytes.Equal(aligned, text) {
			break // its blank lines are those of the pass before
		}
		next := blankLines(aligned, lexed)
		if bytes.Equal(next, text) {
			break
		}
		text = next
	}
	return text
}

// lineBreak is how spelling writes the end of a line.
const lineBreak = string(rune(hclsyntax.TokenNewline)) + "\x00"

// spelling is the tokens of a text, without the space between them and blank
// lines, by which two texts say the same.
func spelling(tokens hclsyntax.Tokens) string {
	var out strings.Builder
	fresh := true // at the start of a line
	for _, t := range tokens {
		text := t.Bytes
		switch {
		case t.Type == hclsyntax.TokenNewline && fresh:
			continue
		case t.Type == hclsyntax.TokenNewline:
			text = nil
		case t.Type == hclsyntax.TokenComment:
			text = bytes.TrimRight(text, " \t\r\n")
		case t.Type == hclsyntax.TokenEOF && !fresh:
			out.WriteString(lineBreak)
		}
		fresh = t.Type == hclsyntax.TokenNewline || t.Type == hclsyntax.TokenComment && toLineEnd(t.Bytes)
		out.WriteRune(rune(t.Type))
		out.Write(text)
		out.WriteByte(0)
	}
	return out.String()
}

// cutHeredocs takes the texts out of heredocs, so that nothing can happen to
// them, and gives the heredocs as they were.
func cutHeredocs(src []byte, lexed *Lexed) (text []byte, heredocs [][]byte) {
	if !bytes.Contains(src, []byte("<<")) {
		return src, nil
	}
	at := 0
	for _, h := range heredocSpans(lexed.Tokens(src)) {
		text = append(text, src[at:h.whole.from]...)
		text = append(text, src[h.whole.from:h.body.from]...)
		text = append(text, bytes.TrimLeft(src[h.body.to:h.whole.to], " \t")...)
		heredocs = append(heredocs, src[h.whole.from:h.whole.to])
		at = h.whole.to
	}
	return append(text, src[at:]...), heredocs
}

// pasteHeredocs is the reverse of cutHeredocs, for a text and its tokens. It
// gives false if the text has not as many as were cut.
func pasteHeredocs(text []byte, tokens hclsyntax.Tokens, heredocs [][]byte) ([]byte, bool) {
	spans := heredocSpans(tokens)
	if len(spans) != len(heredocs) {
		return nil, false
	}
	var out []byte
	at := 0
	for i, h := range spans {
		out = append(append(out, text[at:h.whole.from]...), heredocs[i]...)
		at = h.whole.to
	}
	return append(out, text[at:]...), true
}

// A heredocSpan is a heredoc in bytes: with its marks, and without.
type heredocSpan struct{ whole, body span }

// heredocSpans are the heredocs that do not stand in others.
func heredocSpans(tokens hclsyntax.Tokens) []heredocSpan {
	var out []heredocSpan
	depth := 0
	for _, t := range tokens {
		from, to := t.Range.Start.Byte, t.Range.End.Byte
		switch t.Type {
		case hclsyntax.TokenOHeredoc:
			if depth++; depth == 1 {
				out = append(out, heredocSpan{whole: span{from, to}, body: span{to, to}})
			}
		case hclsyntax.TokenCHeredoc:
			if depth--; depth == 0 {
				h := &out[len(out)-1]
				h.body.to, h.whole.to = from, to
			}
		default:
		}
	}
	return out
}
