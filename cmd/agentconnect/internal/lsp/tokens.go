package lsp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/lsp/hcllang"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// tokenTypes are those that the server tells apart, in the order of their
// numbers.
func tokenTypes() []string {
	return []string{"keyword", "class", "property", "variable", "function", "string", "number", "operator", "type", "enumMember", "parameter"}
}

// semanticTokens says what the pieces of a file mean, those of expressions
// included.
func (s *server) semanticTokens(ctx context.Context, p *documentParams) (*semanticTokens, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(d.path, ".json") {
		return &semanticTokens{Data: []int{}}, nil
	}
	var outline *specs.Outline
	var reading sync.WaitGroup // meanwhile hcl-lang looks at the text
	reading.Go(func() { outline = s.outline(s.root(d.path)) })
	defer reading.Wait()
	lang := s.language(d.path)
	found, err := lang.Tokens(ctx, s.shownName(d), d.bytes)
	if err != nil {
		fmt.Fprintf(s.cfg.Log, "tokens: %v\n", err)
	}
	var own []hcllang.Token
	types := exprTypes()
	for _, piece := range pieces(s.lexed.Tokens(d.bytes)) {
		if _, arg := piece.describe(lang.docs); arg != nil && arg.Form.IsExpression() {
			for _, t := range specs.ExprTokens(string(d.bytes[piece.from:piece.to])) {
				own = append(own, hcllang.Token{Span: hcllang.Span{From: piece.from + t.From, To: piece.from + t.To}, Type: types[t.Kind]})
			}
		}
	}
	reading.Wait()
	for _, u := range outline.Uses {
		if u.Range.Filename == d.path {
			own = append(own, hcllang.Token{Span: hcllang.Span{From: u.Range.Start.Byte, To: u.Range.End.Byte}, Type: useType(u)})
		}
	}
	return &semanticTokens{Data: encode(d.text, merge(found, own))}, nil
}

func useType(u specs.Use) string {
	switch {
	case u.Declares:
		return "class"
	case strings.HasPrefix(u.Address, "var."), strings.HasPrefix(u.Address, "local."):
		return "variable"
	default:
		return "enumMember"
	}
}

// exprTypes are the types of the pieces of expressions.
func exprTypes() map[specs.ExprTokenKind]string {
	return map[specs.ExprTokenKind]string{
		specs.TokenName: "variable", specs.TokenField: "property", specs.TokenFunction: "function", specs.TokenNumber: "number",
		specs.TokenText: "string", specs.TokenWord: "keyword", specs.TokenOperator: "operator",
	}
}

// merge lays own tokens over those of hcl-lang: where they overlap, what is
// left of the others stays.
func merge(found, own []hcllang.Token) []hcllang.Token {
	slices.SortStableFunc(own, func(a, b hcllang.Token) int { return a.From - b.From })
	var out []hcllang.Token
	covered := 0 // the end of the last own token
	kept := own[:0:0]
	for _, t := range own { // of two about the same characters the narrower, later one stays
		for len(kept) > 0 && kept[len(kept)-1].To > t.From && kept[len(kept)-1].From < t.To {
			if last := kept[len(kept)-1]; last.To-last.From < t.To-t.From {
				t = last
			}
			kept = kept[:len(kept)-1]
		}
		kept = append(kept, t)
	}
	i := 0
	for _, t := range found {
		t.From = max(t.From, covered)
		for t.From < t.To {
			for i < len(kept) && kept[i].To <= t.From {
				out, i = append(out, kept[i]), i+1
			}
			if i == len(kept) || kept[i].From >= t.To {
				out = append(out, t)
				break
			}
			if kept[i].From > t.From {
				out = append(out, hcllang.Token{Span: hcllang.Span{From: t.From, To: kept[i].From}, Type: t.Type})
			}
			t.From = kept[i].To
			covered = kept[i].To
			out, i = append(out, kept[i]), i+1
		}
	}
	out = append(out, kept[i:]...)
	slices.SortStableFunc(out, func(a, b hcllang.Token) int { return a.From - b.From })
	return out
}

// encode writes tokens as the protocol does: five numbers each, relative to the
// one before; a token ends with its line at the latest.
func encode(t *text, tokens []hcllang.Token) []int {
	kinds := map[string]int{}
	for i, name := range tokenTypes() {
		kinds[name] = i
	}
	out := make([]int, 0, 5*len(tokens))
	var last position
	line := 0 // of the token
	for _, tok := range tokens {
		kind, known := kinds[tok.Type]
		for line > 0 && t.lines[line] > tok.From { // the one before went over several lines
			line--
		}
		for from := tok.From; known && from < tok.To; {
			for line+1 < len(t.lines) && t.lines[line+1] <= from {
				line++
			}
			start := position{line, t.width(t.lines[line], from)}
			end := min(tok.To, t.lineEnd(line))
			if end > from {
				delta := start.Character
				if start.Line == last.Line {
					delta -= last.Character
				}
				out = append(out, start.Line-last.Line, delta, t.width(from, end), kind, 0)
				last = start
			}
			if line+1 >= len(t.lines) {
				break
			}
			from = t.lines[line+1]
		}
	}
	return out
}
