package lint

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// A text is a file of the scenario with its tokens; one in JSON has none, and so
// no comments.
type text struct {
	name    string
	src     []byte
	tokens  hclsyntax.Tokens
	ignores []*ignore
}

func newText(name string, src []byte) *text {
	t := &text{name: name, src: src}
	if strings.HasSuffix(name, ".json") {
		return t
	}
	start := hcl.InitialPos
	if trimmed := bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")); len(trimmed) < len(src) {
		start.Byte = len(src) - len(trimmed)
		src = trimmed
	}
	t.tokens, _ = hclsyntax.LexConfig(src, name, start) // what was loaded has no mistakes
	t.findIgnores()
	return t
}

// at is the range of some bytes.
func (t *text) at(from, to int) specs.Range {
	return specs.Range{Filename: t.name, Start: t.pos(from), End: t.pos(to)}
}

func (t *text) pos(offset int) specs.Pos {
	before := t.src[:offset]
	line := bytes.LastIndexByte(before, '\n') + 1
	return specs.Pos{Line: bytes.Count(before, []byte("\n")) + 1, Column: utf8.RuneCount(before[line:]) + 1, Byte: offset}
}

// written is the text of a range, empty where it is not of this file.
func (p *pass) written(at specs.Range) string {
	t := p.text(at.Filename)
	if t == nil || at.Start.Byte < 0 || at.Start.Byte > at.End.Byte || at.End.Byte > len(t.src) {
		return ""
	}
	return string(t.src[at.Start.Byte:at.End.Byte])
}

// addArgument is the change that writes an argument at the start of the block
// with a header. It is nil where the block cannot be found.
func (p *pass) addArgument(header specs.Range, arg string) []specs.Edit {
	t := p.text(header.Filename)
	if t == nil {
		return nil
	}
	open := slices.IndexFunc(t.tokens, func(tok hclsyntax.Token) bool {
		return tok.Type == hclsyntax.TokenOBrace && tok.Range.Start.Byte >= header.End.Byte
	})
	if open < 0 || open+1 >= len(t.tokens) {
		return nil
	}
	at, next := t.tokens[open].Range.End.Byte, t.tokens[open+1]
	switch next.Type {
	case hclsyntax.TokenNewline, hclsyntax.TokenComment:
		return []specs.Edit{{Range: t.at(next.Range.End.Byte, next.Range.End.Byte), NewText: "  " + arg + "\n"}}
	case hclsyntax.TokenCBrace:
		return []specs.Edit{{Range: t.at(at, next.Range.Start.Byte), NewText: " " + arg + " "}}
	default: // block { a = 1 } gets lines of its own
		end := t.closing(open)
		if end < 0 {
			return nil
		}
		body := bytes.TrimSpace(t.src[at:t.tokens[end].Range.Start.Byte])
		return []specs.Edit{{
			Range: t.at(at, t.tokens[end].Range.Start.Byte), NewText: "\n  " + arg + "\n  " + string(body) + "\n",
		}}
	}
}

// closing is the token that closes the brace of a token, or -1.
func (t *text) closing(open int) int {
	depth := 0
	for i := open; i < len(t.tokens); i++ {
		switch t.tokens[i].Type {
		case hclsyntax.TokenOBrace:
			depth++
		case hclsyntax.TokenCBrace:
			if depth--; depth == 0 {
				return i
			}
		default:
		}
	}
	return -1
}
