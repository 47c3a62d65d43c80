package lsp

import (
	"context"
	"fmt"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// hover tells what stands at a place: a name of the scenario, a name of an
// expression, or a word of the language.
func (s *server) hover(ctx context.Context, p *placeParams) (*hover, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	if root, use, ok := s.useAt(d, p.Position); ok {
		if sym, ok := s.symbol(root, use.Address); ok {
			at := d.span(use.Range.Start.Byte, use.Range.End.Byte)
			return &hover{markdown(s.symbolDoc(&sym)), &at}, nil
		}
	}
	offset := d.offset(p.Position)
	if doc, from, to := s.exprDoc(d, offset); doc != "" {
		at := d.span(from, to)
		return &hover{markdown(doc), &at}, nil
	}
	if strings.HasSuffix(d.path, ".json") {
		return nil, nil //nolint:nilnil // the protocol's answer where there is nothing to tell
	}
	doc, span, err := s.language(d.path).Hover(ctx, s.shownName(d), d.bytes, offset, nil)
	if err != nil || doc == "" {
		return nil, nil //nolint:nilnil,nilerr // a text that cannot be parsed has findings already
	}
	at := d.span(span.From, span.To)
	return &hover{markdown(doc), &at}, nil
}

// maxShown bounds the source in a hover, in lines.
const maxShown = 12

// symbolDoc shows a declaration with its description.
func (s *server) symbolDoc(sym *specs.Symbol) string {
	t := s.textOf(sym.Range.Filename)
	from, to := min(sym.Range.Start.Byte, len(t.bytes)), min(sym.Range.End.Byte, len(t.bytes))
	lines := strings.Split(string(t.bytes[from:max(from, to)]), "\n")
	if len(lines) > maxShown {
		lines = append(lines[:maxShown-1], "  …", "}")
	}
	out := "```hcl\n" + strings.Join(lines, "\n") + "\n```"
	if sym.Description != "" {
		out += "\n\n" + sym.Description
	}
	return out
}

// exprDoc tells about a name in an expression.
func (s *server) exprDoc(d *document, offset int) (doc string, from, to int) {
	for _, piece := range pieces(s.lexed.Tokens(d.bytes)) {
		if offset < piece.from || offset > piece.to {
			continue
		}
		_, arg := piece.describe(s.language(d.path).docs)
		if arg == nil || !arg.Form.IsExpression() {
			return "", 0, 0
		}
		item, a, b, ok := s.exprNames(s.root(d.path)).Describe(piece.place(arg), string(d.bytes[piece.from:piece.to]), offset-piece.from)
		if !ok {
			return "", 0, 0
		}
		doc = "`" + item.Name + "`"
		if item.Detail != "" {
			doc = fmt.Sprintf("`%s`: %s", item.Name, item.Detail)
			if item.Kind == specs.ItemFunction {
				doc = "`" + item.Detail + "`"
			}
		}
		if item.Doc != "" {
			doc += "\n\n" + item.Doc
		}
		return doc, piece.from + a, piece.from + b
	}
	return "", 0, 0
}
