package hcllang

import (
	"bufio"
	"bytes"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl-lang/lang"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// A Kind says what a candidate is.
type Kind string

// The kinds of candidates.
const (
	KindBlock     Kind = "block"
	KindArgument  Kind = "argument"
	KindLabel     Kind = "label"
	KindReference Kind = "reference"
	KindFunction  Kind = "function"
	KindValue     Kind = "value"
)

// A Candidate is something that may be written.
type Candidate struct {
	Label, Detail, Doc string
	Kind               Kind
	// Text replaces the bytes From to To; Snippet is the same with places to
	// fill in, in the notation of editors.
	Text, Snippet string
	From, To      int
	// More says that something must follow, so that the editor should ask again.
	More bool
}

// Complete lists what may be written at the end of a text whose brackets and
// strings may be open.
func (l *Language) Complete(ctx context.Context, before []byte, names []Name) (out []Candidate, err error) {
	defer guard(&err)
	tokens := l.lexed.Tokens(before)
	skip := specs.OpenItem(tokens) // the library lexes all that it is given, and what fits in a block does not depend on others
	before = before[skip:]
	text := append(bytes.Clone(before), closing(tokens)...)
	d, err := l.decoderOf(typed, text, names)
	if err != nil {
		return nil, err
	}
	pos := endOf(before)
	found, err := d.CompletionAtPos(ctx, typed, pos)
	if err != nil {
		return nil, nil // the library has no more to say than that nothing fits
	}
	for _, c := range found.List {
		fits := candidate(c, before)
		fits.From, fits.To = fits.From+skip, fits.To+skip
		out = append(out, fits)
	}
	return out, nil
}

// candidate takes over what the library found. Where it missed the beginning
// of the word that is typed, that is put right.
func candidate(c lang.Candidate, before []byte) Candidate {
	out := Candidate{
		Label: c.Label, Detail: c.Detail, Doc: c.Description.Value, Kind: kindOf(c.Kind), Text: c.TextEdit.NewText, Snippet: c.TextEdit.Snippet,
		From: c.TextEdit.Range.Start.Byte, To: min(c.TextEdit.Range.End.Byte, len(before)), More: c.TriggerSuggest,
	}
	if out.Snippet == "" {
		out.Snippet = out.Text
	}
	if out.From >= len(before) {
		out.From = len(before)
		if word := lastWord(before); word != "" && strings.HasPrefix(out.Text, word) {
			out.From -= len(word)
		}
	}
	return out
}

func kindOf(k lang.CandidateKind) Kind {
	switch k {
	case lang.BlockCandidateKind:
		return KindBlock
	case lang.AttributeCandidateKind:
		return KindArgument
	case lang.LabelCandidateKind:
		return KindLabel
	case lang.ReferenceCandidateKind:
		return KindReference
	case lang.FunctionCandidateKind:
		return KindFunction
	default:
		return KindValue
	}
}

// lastWord is the name at the end of a text.
func lastWord(text []byte) string {
	at := len(text)
	for at > 0 {
		c := text[at-1]
		if c != '_' && c != '-' && c < utf8.RuneSelf && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			break
		}
		at--
	}
	return string(text[at:])
}

// endOf is the position after a text, as the lexer counts it.
func endOf(text []byte) hcl.Pos {
	pos := hcl.Pos{Line: bytes.Count(text, []byte("\n")) + 1, Column: 1, Byte: len(text)}
	if line := hcl.NewRangeScanner(text[bytes.LastIndexByte(text, '\n')+1:], "", bufio.ScanLines); line.Scan() {
		pos.Column = line.Range().End.Column
	}
	return pos
}

// closing is what the tokens of a text lack to be whole: the ends of its strings, brackets
// and blocks.
func closing(tokens hclsyntax.Tokens) []byte {
	var open []string
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOBrace:
			open = append(open, "\n}")
		case hclsyntax.TokenOBrack:
			open = append(open, "]")
		case hclsyntax.TokenOParen:
			open = append(open, ")")
		case hclsyntax.TokenOQuote:
			open = append(open, "\"")
		case hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			open = append(open, "}")
		case hclsyntax.TokenOHeredoc:
			open = append(open, "\n"+strings.Trim(string(t.Bytes), "<-~ \t\r\n")+"\n")
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote,
			hclsyntax.TokenTemplateSeqEnd, hclsyntax.TokenCHeredoc:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		default: // the others open and close nothing
		}
	}
	var out []byte
	for _, end := range slices.Backward(open) {
		out = append(out, end...)
	}
	return append(out, '\n')
}
