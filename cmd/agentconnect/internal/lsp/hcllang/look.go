package hcllang

import (
	"context"

	"github.com/hashicorp/hcl-lang/decoder"
	"github.com/hashicorp/hcl-lang/lang"
	"github.com/hashicorp/hcl/v2"
)

// A Span is a piece of a text in bytes.
type Span struct{ From, To int }

// Hover is the documentation of what stands at a byte of a file, in Markdown;
// empty when there is none.
func (l *Language) Hover(ctx context.Context, name string, text []byte, offset int, names []Name) (doc string, at Span, err error) {
	defer guard(&err)
	d, err := l.decoderOf(name, text, names)
	if err != nil {
		return "", Span{}, err
	}
	found, err := d.HoverAtPos(ctx, name, endOf(text[:offset]))
	if err != nil || found == nil {
		return "", Span{}, nil // there is nothing to say about the place
	}
	return found.Content.Value, spanOf(found.Range), nil
}

// A Token is a piece of a text and what it is.
type Token struct {
	Span
	// Type is one of the types that editors know.
	Type string
}

// tokenTypes are the editors' names of what the library tells apart.
func tokenTypes() map[lang.SemanticTokenType]string {
	return map[lang.SemanticTokenType]string{
		lang.TokenAttrName: "property", lang.TokenBlockType: "keyword", lang.TokenBlockLabel: "class", lang.TokenBool: "keyword",
		lang.TokenString: "string", lang.TokenNumber: "number", lang.TokenObjectKey: "property", lang.TokenMapKey: "property",
		lang.TokenKeyword: "keyword", lang.TokenReferenceStep: "variable", lang.TokenTypeComplex: "type", lang.TokenTypePrimitive: "type",
		lang.TokenFunctionName: "function",
	}
}

// Tokens are the pieces of a file that mean something, in order.
func (l *Language) Tokens(ctx context.Context, name string, text []byte) (out []Token, err error) {
	defer guard(&err)
	types := tokenTypes()
	return byBlocks(l, name, text, &l.tokens, func(d *decoder.PathDecoder) ([]Token, error) {
		found, err := d.SemanticTokensInFile(ctx, name)
		var out []Token
		for _, t := range found {
			if kind := types[t.Type]; kind != "" && t.Range.End.Byte > t.Range.Start.Byte {
				out = append(out, Token{spanOf(t.Range), kind})
			}
		}
		return out, err
	})
}

// A Symbol is a block or an argument of a text.
type Symbol struct {
	Name string
	Span
	// Block says that it is a block, Type is then its type.
	Block  bool
	Type   string
	Inside []Symbol
}

// Symbols are the blocks of a file and what is in them.
func (l *Language) Symbols(name string, text []byte) (out []Symbol, err error) {
	defer guard(&err)
	return byBlocks(l, name, text, &l.symbols, func(d *decoder.PathDecoder) ([]Symbol, error) {
		found, err := d.SymbolsInFile(name)
		return symbols(found), err
	})
}

func symbols(found []decoder.Symbol) []Symbol {
	var out []Symbol
	for _, s := range found {
		switch s := s.(type) {
		case *decoder.BlockSymbol:
			out = append(out, Symbol{Name: s.Name(), Span: spanOf(s.Range()), Block: true, Type: s.Type, Inside: symbols(s.NestedSymbols())})
		case *decoder.AttributeSymbol:
			out = append(out, Symbol{Name: s.Name(), Span: spanOf(s.Range())})
		}
	}
	return out
}

func spanOf(r hcl.Range) Span { return Span{r.Start.Byte, r.End.Byte} }
