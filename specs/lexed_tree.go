package specs

import (
	"bytes"
	"math"
	"slices"
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A syntaxTree is what the parser makes of a file. Several read it at once, so
// that nobody may change it.
type syntaxTree struct {
	file  *hcl.File // nil where there is none
	found hcl.Diagnostics
	// wrong is where the text has all its mistakes: outside of it the tree is
	// that of a text without any.
	wrong span
}

// parseText parses a file that the guard let through.
func parseText(name string, text []byte) *syntaxTree {
	start, body := hcl.InitialPos, text
	if bytes.HasPrefix(text, []byte(bom)) {
		body, start.Byte = text[len(bom):], len(bom)
	}
	file, found := hclsyntax.ParseConfig(body, name, start)
	out := &syntaxTree{file: file, found: found}
	if len(found) > 0 {
		out.wrong = span{0, len(text)}
	}
	return out
}

// narrowed is the tree of a text that was parsed whole and has mistakes, with the
// part of it that they are in, or the same where they may be everywhere. What is
// around that part is sound if it is without it.
func (t *syntaxTree) narrowed(name string, text *lexedText) *syntaxTree {
	if t.file == nil || len(t.found) == 0 {
		return t
	}
	from, to := bounds(t.found)
	s := cutAround(text.tokens, from, to, len(text.text))
	if from > to || s.first == 0 && s.last == len(text.tokens) {
		return t
	}
	rest := &lexedText{text: slices.Concat(text.text[:s.from], text.text[s.oldTo:])}
	rest.tokens = relex(text.text, text.tokens, rest.text)
	base := parseText(name, rest.text)
	if len(base.found) > 0 {
		return t
	}
	if out := reparse(rest, base, name, text); out != nil {
		return out
	}
	return t
}

// bounds are the bytes that findings are about.
func bounds(found hcl.Diagnostics) (from, to int) {
	from = math.MaxInt
	for _, d := range found {
		for _, r := range []*hcl.Range{d.Subject, d.Context} {
			if r != nil {
				from, to = min(from, r.Start.Byte), max(to, r.End.Byte)
			}
		}
	}
	return from, to
}

// copied is a tree of one's own, or nil if there is none.
func (t *syntaxTree) copied(name string) *syntaxTree {
	if t.file == nil {
		return nil
	}
	body, ok := t.file.Body.(*hclsyntax.Body)
	file, _ := hclsyntax.ParseConfig(nil, name, hcl.InitialPos)
	own, ok2 := file.Body.(*hclsyntax.Body) // the file finds its way by this one
	if !ok || !ok2 {
		return nil
	}
	m := &mover{}
	*own = *m.body(body)
	if m.lost {
		return nil
	}
	file.Bytes = t.file.Bytes
	return &syntaxTree{file: file, found: t.found, wrong: t.wrong}
}

// after is a block that is written behind a piece of a text to see whether the
// parser has come to the end of all that stands there.
const after = "x{}\n"

// reparse gives the tree of a text from that of an old one of the same file.
// Only what differs is parsed; what follows it is copied to where it stands now,
// and what stands above is shared. It gives nil where that cannot be done.
func reparse(old *lexedText, was *syntaxTree, name string, text *lexedText) *syntaxTree {
	s := spliced(old.text, old.tokens, was.wrong, text.text)
	if s.first == 0 && s.last == len(old.tokens) || bytes.HasPrefix(text.text, []byte(bom+bom)) {
		return nil // of two marks the parser takes both off
	}
	out, complete := s.parse(name, text)
	if !complete {
		s.toEnd(text.text, old.tokens, len(old.text))
		out, _ = s.parse(name, text)
	}
	move := shift{len(text.text) - len(old.text), text.end().Start.Line - old.end().Start.Line}
	if out == nil || !s.join(out, was, text, move) {
		return nil
	}
	return out
}

// parse gives the tree of what differs. It is not complete if the parser went
// on beyond that, or would have.
func (s *splice) parse(name string, text *lexedText) (out *syntaxTree, complete bool) {
	between := text.text[s.from:s.to]
	rest := s.to < len(text.text)
	if rest {
		if !s.cut(text.before(s.first, s.to)) {
			return nil, false
		}
		between = slices.Concat(between, []byte(after))
	}
	start := s.start
	if s.from == 0 && bytes.HasPrefix(between, []byte(bom)) {
		between, start.Byte = between[len(bom):], len(bom)
	}
	file, found := hclsyntax.ParseConfig(between, name, start)
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return nil, false
	}
	out = &syntaxTree{file: file, found: found}
	if len(found) > 0 {
		out.wrong = span{s.from, s.to}
	}
	if !rest {
		return out, true
	}
	last := len(body.Blocks) - 1
	if last < 0 || body.Blocks[last].TypeRange.Start.Byte != s.to {
		return nil, false
	}
	body.Blocks = body.Blocks[:last]
	return out, true
}

// join adds what stands above and below, and says whether it could.
func (s *splice) join(out, was *syntaxTree, text *lexedText, move shift) bool {
	body, ok := out.file.Body.(*hclsyntax.Body)
	from, ok2 := was.file.Body.(*hclsyntax.Body)
	if !ok || !ok2 {
		return false
	}
	m := &mover{shift: move}
	above := firstBlock(from.Blocks, s.from)
	below := firstBlock(from.Blocks, s.oldTo)
	body.Blocks = slices.Concat(hclsyntax.Blocks{}, from.Blocks[:above], body.Blocks, from.Blocks[below:])
	if body.Blocks == nil {
		body.Blocks = hclsyntax.Blocks{}
	}
	if move != (shift{}) {
		moved := body.Blocks[len(body.Blocks)-len(from.Blocks)+below:]
		for i, b := range moved {
			moved[i] = m.block(b)
		}
	}
	for name, a := range from.Attributes {
		at := a.NameRange.Start.Byte
		if at >= s.from && at < s.oldTo {
			continue
		}
		if body.Attributes[name] != nil {
			return false // it is written twice
		}
		if at >= s.oldTo {
			a = m.attribute(a)
		}
		body.Attributes[name] = a
	}
	out.file.Bytes = bytes.TrimPrefix(text.text, []byte(bom))
	body.SrcRange.Start = text.begin().Start
	if s.to < len(text.text) {
		end := text.end().End
		body.SrcRange.End, body.EndRange.Start, body.EndRange.End = end, end, end
	}
	return !m.lost
}

// firstBlock is the first of some blocks that stands at a byte or behind it.
func firstBlock(blocks hclsyntax.Blocks, at int) int {
	return sort.Search(len(blocks), func(i int) bool { return blocks[i].TypeRange.Start.Byte >= at })
}
