package specs

import (
	"bytes"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// source is the text of an expression and where its characters stand in the
// scenario.
type source struct {
	text  string
	whole Range
	// interpolated says that the text was composed with ${}.
	interpolated bool

	file []byte
	// units has, for each byte of the text, the bytes of the file that it came
	// from; nil for a computed text, whose every part is the whole expression.
	units []span
}

// span is a piece of a text in bytes, its end exclusive.
type span struct{ from, to int }

// newSource tells where the text that expr evaluated to was written: in a
// quoted string, a heredoc or a JSON string of file. Any other text is computed.
func newSource(expr hcl.Expression, text string, file []byte) source {
	r := expr.Range()
	s := source{text: text, file: file}
	s.whole = Range{Filename: r.Filename, Start: filePos(file, r.Start), End: filePos(file, r.End)}
	if len(text) > maxExprText || r.Start.Byte < 0 || r.End.Byte > len(file) || r.Start.Byte >= r.End.Byte {
		return s
	}
	switch e := unwrapParens(expr).(type) {
	case *hclsyntax.TemplateWrapExpr:
		s.interpolated = true
	case *hclsyntax.TemplateExpr:
		s.interpolated = !literalParts(e)
		s.units = hclUnits(e.Range(), text, file)
	case hclsyntax.Expression:
	default:
		s.units, s.interpolated = jsonUnits(r, text, file)
	}
	if s.interpolated {
		s.units = nil
	}
	return s
}

func unwrapParens(expr hcl.Expression) hcl.Expression {
	for {
		p, ok := expr.(*hclsyntax.ParenthesesExpr)
		if !ok {
			return expr
		}
		expr = p.Expression
	}
}

func literalParts(t *hclsyntax.TemplateExpr) bool {
	for _, p := range t.Parts {
		if _, ok := p.(*hclsyntax.LiteralValueExpr); !ok {
			return false
		}
	}
	return true
}

// at is the position of a byte of the text.
func (s *source) at(offset int) Pos { return s.span(span{offset, offset}).Start }

// span is the range of a piece of the text. An empty piece, or one beyond the
// end, stands for the character before it.
func (s *source) span(p span) Range {
	if len(s.units) == 0 || p.from > p.to || p.from < 0 {
		return s.whole
	}
	from, to := min(p.from, len(s.units)-1), min(p.to, len(s.units))
	if to <= from {
		to = from + 1
	}
	r := s.whole
	r.Start, r.End = s.pos(s.units[from].from), s.pos(s.units[to-1].to)
	return r
}

// pos is a byte of the file, counted from the start of the expression.
func (s *source) pos(offset int) Pos {
	start := s.whole.Start
	offset = max(offset, start.Byte)
	between := s.file[start.Byte:offset]
	line := start.Line + bytes.Count(between, []byte{'\n'})
	return Pos{Line: line, Column: fileColumn(s.file, offset), Byte: offset}
}

// filePos turns a position of the parser, whose columns are grapheme clusters,
// into one whose columns are code points.
func filePos(file []byte, p hcl.Pos) Pos {
	if p.Byte < 0 || p.Byte > len(file) {
		return Pos{Line: p.Line, Column: p.Column, Byte: p.Byte}
	}
	return Pos{Line: p.Line, Column: fileColumn(file, p.Byte), Byte: p.Byte}
}

func fileColumn(file []byte, offset int) int {
	line := bytes.LastIndexByte(file[:offset], '\n') + 1
	return utf8.RuneCount(file[line:offset]) + 1
}
