package specs

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A cutter goes over the tokens of a text and finds where it can be cut: at the
// ends of lines outside of all brackets and quotes, where what follows is lexed
// and parsed as if nothing stood above.
type cutter struct {
	open []hclsyntax.TokenType
	// lost says that brackets do not fit, or that a comment may end further
	// below, so that nothing from here on is a place to cut.
	lost bool
	last hclsyntax.Token
}

// token says whether the text can be cut behind a token.
func (w *cutter) token(t *hclsyntax.Token) bool {
	switch t.Type {
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc:
		w.open = append(w.open, t.Type)
	case hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		w.open = append(w.open, hclsyntax.TokenTemplateInterp)
	case hclsyntax.TokenCBrace:
		w.closes(hclsyntax.TokenOBrace)
	case hclsyntax.TokenCBrack:
		w.closes(hclsyntax.TokenOBrack)
	case hclsyntax.TokenCParen:
		w.closes(hclsyntax.TokenOParen)
	case hclsyntax.TokenCQuote:
		w.closes(hclsyntax.TokenOQuote)
	case hclsyntax.TokenCHeredoc:
		w.closes(hclsyntax.TokenOHeredoc)
	case hclsyntax.TokenTemplateSeqEnd:
		w.closes(hclsyntax.TokenTemplateInterp)
	case hclsyntax.TokenStar: // after a slash: a comment that nothing ends
		w.lost = w.lost || w.last.Type == hclsyntax.TokenSlash && w.last.Range.End.Byte == t.Range.Start.Byte
	default:
	}
	w.last = *t
	return !w.lost && len(w.open) == 0 && endsLine(t)
}

func (w *cutter) closes(opener hclsyntax.TokenType) {
	if len(w.open) == 0 || w.open[len(w.open)-1] != opener {
		w.lost = true
		return
	}
	w.open = w.open[:len(w.open)-1]
}

// endsLine says whether a token has the end of its line in it.
func endsLine(t *hclsyntax.Token) bool {
	return t.Type == hclsyntax.TokenNewline || t.Type == hclsyntax.TokenComment && bytes.HasSuffix(t.Bytes, []byte("\n"))
}

// A splice says what of an old text is in a new one: its tokens before first,
// and those from last on, which may stand elsewhere now. Between them is other
// text.
type splice struct {
	first, last int
	// from and to are the bytes of the new text that are between, oldTo is
	// where that ends in the old one.
	from, to, oldTo int
	// start is the place of from.
	start hcl.Pos
}

// spliced compares an old text, whose tokens are known, with a new one. What
// differs lies between; so does a span of the old one that is not to be used.
func spliced(old []byte, tokens hclsyntax.Tokens, without span, text []byte) splice {
	same, tail := alike(old, text, without)
	s := cutAround(tokens, same, len(old)-tail, len(old))
	s.to += len(text) - len(old)
	if other := text[s.from:s.to]; bytes.HasPrefix(other, []byte(bom)) && s.from > 0 || s.from == 0 && s.to < len(bom) && bytes.HasPrefix(text, []byte(bom)) {
		s = splice{start: hcl.InitialPos} // a mark is one only at the beginning
		s.toEnd(text, tokens, len(old))
	}
	return s
}

// cutAround cuts a text as closely as it can be around some bytes of it.
func cutAround(tokens hclsyntax.Tokens, from, to, end int) splice {
	s := splice{last: len(tokens), to: end, oldTo: end, start: hcl.InitialPos}
	w := cutter{}
	for i := range tokens {
		if !w.token(&tokens[i]) {
			continue
		}
		at := tokens[i].Range.End
		if at.Byte <= from {
			s.first, s.from, s.start = i+1, at.Byte, at
		}
		if at.Byte >= to && at.Byte < end {
			s.last, s.oldTo, s.to = i+1, at.Byte, at.Byte
			break
		}
	}
	return s
}

// toEnd takes all from the first difference on as other text.
func (s *splice) toEnd(text []byte, tokens hclsyntax.Tokens, oldLen int) {
	s.last, s.to, s.oldTo = len(tokens), len(text), oldLen
}

// cut says whether the text can be cut where the other text ends, whose tokens
// are given.
func (s *splice) cut(between hclsyntax.Tokens) bool {
	w, ok, end := cutter{}, true, s.from
	for i := range between {
		ok, end = w.token(&between[i]), between[i].Range.End.Byte
	}
	return ok && end == s.to // not before space
}

// alike counts the bytes that two texts have in common at the beginning and,
// without those, at the end. A part of the first is like nothing.
func alike(a, b []byte, without span) (start, end int) {
	const step = 64
	n := min(len(a), len(b))
	for start+step <= n && bytes.Equal(a[start:start+step], b[start:start+step]) {
		start += step
	}
	for start < n && a[start] == b[start] {
		start++
	}
	n -= start
	for end+step <= n && bytes.Equal(a[len(a)-end-step:len(a)-end], b[len(b)-end-step:len(b)-end]) {
		end += step
	}
	for end < n && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	if without.to > without.from {
		start, end = min(start, without.from), min(end, len(a)-without.to)
	}
	return start, end
}

// relex gives the tokens of a text, most of which are those of an old one.
func relex(old []byte, tokens hclsyntax.Tokens, text []byte) hclsyntax.Tokens {
	s := spliced(old, tokens, span{}, text)
	between, _ := hclsyntax.LexConfig(text[s.from:s.to], "", s.start)
	if s.last < len(tokens) && !s.cut(between[:len(between)-1]) {
		s.toEnd(text, tokens, len(old))
		between, _ = hclsyntax.LexConfig(text[s.from:], "", s.start)
	}
	out := make(hclsyntax.Tokens, 0, s.first+len(between)+len(tokens)-s.last)
	out = append(append(out, tokens[:s.first]...), between...)
	for i := range out[:s.first] {
		out[i].Bytes = text[out[i].Range.Start.Byte:out[i].Range.End.Byte] // so that nothing keeps the old text
	}
	if s.last == len(tokens) {
		return out
	}
	end := out[len(out)-1].Range.Start // of what is between, and its mark goes
	out = append(out[:len(out)-1], tokens[s.last:]...)
	move := shift{bytes: s.to - s.oldTo, lines: end.Line - tokens[s.last-1].Range.End.Line}
	for i := len(out) - (len(tokens) - s.last); i < len(out); i++ {
		t := &out[i]
		t.Range = move.rng(t.Range)
		t.Bytes = text[t.Range.Start.Byte:t.Range.End.Byte]
	}
	return out
}
