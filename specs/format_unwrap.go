package specs

import (
	"bytes"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// unwrapAll writes x for "${x}", which means the same: a string that is nothing
// but one value is that value. Only what stands where x needs no brackets is
// unwrapped, and nothing that goes over several lines.
func unwrapAll(src []byte) []byte {
	for range maxDepth {
		if !bytes.Contains(src, []byte(`"${`)) {
			break
		}
		next := unwrap(src)
		if len(next) == len(src) {
			break
		}
		src = next
	}
	return src
}

// unwrap takes the quotes off the outermost ones.
func unwrap(src []byte) []byte {
	tokens := lex(src, syntaxConfig)
	var out []byte
	at := 0
	for i := 0; i < len(tokens); i++ {
		end := wrapped(tokens, i)
		if end == 0 {
			continue
		}
		inner := src[tokens[i+1].Range.End.Byte:tokens[end-1].Range.Start.Byte]
		out = append(append(out, src[at:tokens[i].Range.Start.Byte]...), bytes.TrimSpace(inner)...)
		at, i = tokens[end].Range.End.Byte, end
	}
	return append(out, src[at:]...)
}

// wrapped is the closing quote of a "${x}" that begins with token i, or 0.
func wrapped(tokens hclsyntax.Tokens, i int) int {
	if i == 0 || i+4 >= len(tokens) || tokens[i].Type != hclsyntax.TokenOQuote || string(tokens[i+1].Bytes) != "${" {
		return 0
	}
	last := sequenceEnd(tokens, i+1)
	if last <= i+2 || last+2 >= len(tokens) || string(tokens[last].Bytes) != "}" || tokens[last+1].Type != hclsyntax.TokenCQuote {
		return 0
	}
	// [for …] would be something else.
	keyword := tokens[i-1].Type == hclsyntax.TokenOBrack && string(tokens[i+2].Bytes) == "for"
	if keyword || !startsValue(tokens[i-1].Type) || !endsValue(tokens[last+2].Type) {
		return 0
	}
	return last + 1
}

// sequenceEnd is the token that ends the ${ of token i, on the same line, or 0.
func sequenceEnd(tokens hclsyntax.Tokens, i int) int {
	depth := 0
	for ; i < len(tokens); i++ {
		switch tokens[i].Type {
		case hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenTemplateSeqEnd:
			if depth--; depth == 0 {
				return i
			}
		case hclsyntax.TokenNewline, hclsyntax.TokenComment, hclsyntax.TokenOHeredoc:
			return 0
		default:
		}
	}
	return 0
}

// startsValue says whether after a token a value begins, of which nothing has
// been written.
func startsValue(kind hclsyntax.TokenType) bool {
	return slices.Contains([]hclsyntax.TokenType{
		hclsyntax.TokenEqual, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenComma, hclsyntax.TokenColon, hclsyntax.TokenFatArrow,
	}, kind)
}

// endsValue says whether a value is over before a token.
func endsValue(kind hclsyntax.TokenType) bool {
	return slices.Contains([]hclsyntax.TokenType{
		hclsyntax.TokenNewline, hclsyntax.TokenComment, hclsyntax.TokenEOF, hclsyntax.TokenComma,
		hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCBrace,
	}, kind)
}
