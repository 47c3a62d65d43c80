package specs

import (
	"fmt"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// HCL's parser calls itself for each bracket, and a Go program that runs out of
// stack cannot recover. So every text is measured before it is parsed.
const (
	maxFileSize  = 256 << 10
	maxTotalSize = 1 << 20
	maxFiles     = 500
	maxDepth     = 64
	maxChain     = 500 // operators in a row
	maxFors      = 2
)

// A notation is what a text is written in.
type notation int

const (
	syntaxConfig notation = iota
	syntaxExpression
	syntaxTemplate
	syntaxJSON
)

// guard says whether a text can be parsed, or reports why not.
func (l *loader) guard(text []byte, name string, kind notation, address string) bool {
	if at := invalidUTF8(text); at >= 0 {
		l.report(codeEncoding, address, l.sourceRange(name, at, at+1), "Byte %d is not part of a UTF-8 character. Save the file as UTF-8.", at)
		return false
	}
	if kind == syntaxJSON {
		return l.guardJSON(text, name, address)
	}
	if kind == syntaxConfig {
		return l.guardTokens(l.opts.Lexed.Tokens(text), name, address)
	}
	return l.guardTokens(lex(text, kind), name, address)
}

// lex gives the tokens of a text, without a file name in their ranges.
func lex(text []byte, kind notation) hclsyntax.Tokens {
	var tokens hclsyntax.Tokens
	switch kind {
	case syntaxExpression:
		tokens, _ = hclsyntax.LexExpression(text, "", hcl.InitialPos)
	case syntaxTemplate:
		tokens, _ = hclsyntax.LexTemplate(text, "", hcl.InitialPos)
	default:
		tokens, _ = hclsyntax.LexConfig(text, "", hcl.InitialPos)
	}
	return tokens
}

func invalidUTF8(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// A openBracket is an open bracket, quote or template sequence.
type openBracket struct {
	newlines bool // whether a new line ends an expression
	chain    int
	depth    int // what it adds to the depth, its template directives included
	fors     int
	open     bool // nothing but space since it was opened
}

// A gauge walks over tokens and keeps count.
type gauge struct {
	brackets []openBracket
	depth    int
	fors     int
}

func (m *gauge) top() *openBracket { return &m.brackets[len(m.brackets)-1] }

func (m *gauge) push(newlines bool) {
	m.brackets = append(m.brackets, openBracket{newlines: newlines, depth: 1, open: true})
	m.depth++
}

func (m *gauge) pop() {
	if len(m.brackets) == 1 {
		return
	}
	m.depth -= m.top().depth
	m.fors -= m.top().fors
	m.brackets = m.brackets[:len(m.brackets)-1]
}

// guardTokens measures nesting and length of expressions; it reports the first
// excess.
func (l *loader) guardTokens(tokens hclsyntax.Tokens, name, address string) bool {
	e := excess(tokens)
	if e == nil {
		return true
	}
	e.at.Filename = name
	l.report(e.code, address, e.at, "%s", e.detail)
	return false
}

// An excessive place is where tokens are too much for the parser.
type excessive struct {
	code, detail string
	at           hcl.Range
}

// excess finds the first of them, or nil.
func excess(tokens hclsyntax.Tokens) *excessive {
	m := &gauge{brackets: []openBracket{{newlines: true}}}
	for i := range tokens {
		m.token(tokens, i)
		at := tokens[i].Range
		switch {
		case m.depth > maxDepth:
			return &excessive{codeTooDeep, fmt.Sprintf("Brackets, blocks and templates are nested more than %d deep here.", maxDepth), at}
		case m.top().chain > maxChain:
			return &excessive{codeTooLong, fmt.Sprintf("The expression has more than %d operators; split it with locals.", maxChain), at}
		case m.fors > maxFors:
			return &excessive{codeForDepth, "A for expression may stand inside one other, not deeper.", at}
		}
	}
	return nil
}

// token counts one token.
func (m *gauge) token(tokens hclsyntax.Tokens, i int) {
	token := &tokens[i]
	opened := m.top().open
	switch token.Type {
	case hclsyntax.TokenNewline, hclsyntax.TokenComment:
		if m.top().newlines {
			m.top().chain = 0
		}
		return
	case hclsyntax.TokenOBrack:
		if operand(tokens, i-1) {
			m.top().chain++
		}
		m.top().open = false
		m.push(false)
		return
	case hclsyntax.TokenOBrace:
		m.top().open = false
		m.push(true)
		return
	case hclsyntax.TokenOParen, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp:
		m.top().open = false
		m.push(false)
		return
	case hclsyntax.TokenTemplateControl:
		m.directive(tokens, i)
		m.push(false)
		m.top().open = false
		return
	case hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenCParen, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc,
		hclsyntax.TokenTemplateSeqEnd:
		m.pop()
	case hclsyntax.TokenComma, hclsyntax.TokenEqual:
		m.top().chain = 0
	case hclsyntax.TokenIdent:
		if opened && string(token.Bytes) == "for" && i+1 < len(tokens) && tokens[i+1].Type == hclsyntax.TokenIdent {
			m.top().fors++
			m.fors++
		}
	case hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPercent,
		hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq,
		hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq, hclsyntax.TokenAnd, hclsyntax.TokenOr, hclsyntax.TokenBang,
		hclsyntax.TokenQuestion:
		m.top().chain++
	default: // parts of names, texts and numbers
	}
	m.top().open = false
}

// operand says whether a bracket after the token is an index.
func operand(tokens hclsyntax.Tokens, i int) bool {
	if i < 0 {
		return false
	}
	switch tokens[i].Type {
	case hclsyntax.TokenIdent, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenCParen, hclsyntax.TokenCQuote,
		hclsyntax.TokenStar, hclsyntax.TokenNumberLit:
		return true
	default:
		return false
	}
}

// directive counts %{ if … } and %{ for … }, which nest until their ends.
func (m *gauge) directive(tokens hclsyntax.Tokens, i int) {
	if i+1 >= len(tokens) || tokens[i+1].Type != hclsyntax.TokenIdent {
		return
	}
	top := m.top()
	switch string(tokens[i+1].Bytes) {
	case "for":
		top.fors++
		m.fors++
		fallthrough
	case "if":
		top.depth++
		m.depth++
	case "endfor":
		if top.fors > 0 {
			top.fors--
			m.fors--
		}
		fallthrough
	case "endif":
		if top.depth > 1 {
			top.depth--
			m.depth--
		}
	}
}

// sourceRange is the range of some bytes of a file.
func (l *loader) sourceRange(name string, from, to int) hcl.Range {
	r := hcl.Range{Filename: name}
	if f := l.sources[name]; f != nil {
		start, end := f.pos(from), f.pos(to)
		r.Start = hcl.Pos{Line: start.Line, Column: start.Column, Byte: start.Byte}
		r.End = hcl.Pos{Line: end.Line, Column: end.Column, Byte: end.Byte}
	}
	return r
}

// sizeText is a size for people.
func sizeText(bytes int) string {
	if bytes >= 1<<20 {
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%d KiB", (bytes+1023)/1024)
}
