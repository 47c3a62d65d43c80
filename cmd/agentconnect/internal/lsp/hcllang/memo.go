package hcllang

import (
	"slices"

	"github.com/hashicorp/hcl-lang/decoder"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// An item is something that the library finds in a text.
type item[T any] interface {
	begin() int
	moved(by int) T
}

func (t Token) begin() int { return t.From }

func (t Token) moved(by int) Token {
	t.From, t.To = t.From+by, t.To+by
	return t
}

func (s Symbol) begin() int { return s.From }

func (s Symbol) moved(by int) Symbol {
	s.From, s.To = s.From+by, s.To+by
	if s.Inside != nil {
		inside := make([]Symbol, len(s.Inside))
		for i, in := range s.Inside {
			inside[i] = in.moved(by)
		}
		s.Inside = inside
	}
	return s
}

// byBlocks finds something in a text. The library is asked only about those
// blocks that are not written as they were when it was asked before: what it says
// about one does not depend on the others.
func byBlocks[T item[T]](l *Language, name string, text []byte, known *specs.Memo[[]T], ask func(*decoder.PathDecoder) ([]T, error)) ([]T, error) {
	syntax, err := specs.ParseSyntax(name, text, l.lexed)
	if err != nil {
		return nil, err
	}
	body, ok := syntax.File.Body.(*hclsyntax.Body)
	if !ok {
		return nil, nil
	}
	var out []T
	rest := *body // without the blocks that are known
	rest.Blocks = nil
	rest.SrcRange.Start = hcl.InitialPos // the library asks whether that is in it
	var spans []Span                     // of those in rest that can be remembered
	for _, b := range body.Blocks {
		at := Span{b.TypeRange.Start.Byte, b.CloseBraceRange.End.Byte}
		if at.To > syntax.From && at.From < syntax.To { // something is wrong with it
			rest.Blocks = append(rest.Blocks, b)
			continue
		}
		found, ok := known.Get(text[at.From:at.To])
		if !ok {
			rest.Blocks, spans = append(rest.Blocks, b), append(spans, at)
		}
		for _, f := range found {
			out = append(out, f.moved(at.From))
		}
	}
	d, err := l.decoderFor(name, &hcl.File{Body: &rest, Bytes: syntax.File.Bytes}, nil)
	if err != nil {
		return nil, err
	}
	found, err := ask(d)
	if err != nil {
		return out, nil //nolint:nilerr // the library has no more to say than that there is nothing
	}
	slices.SortStableFunc(found, func(a, b T) int { return a.begin() - b.begin() })
	remember(known, text, spans, found)
	out = append(out, found...)
	slices.SortStableFunc(out, func(a, b T) int { return a.begin() - b.begin() })
	return out, nil
}

// remember keeps what was found in blocks. Both are in order.
func remember[T item[T]](known *specs.Memo[[]T], text []byte, spans []Span, found []T) {
	for _, at := range spans {
		var in []T
		for len(found) > 0 && found[0].begin() < at.To {
			if found[0].begin() >= at.From {
				in = append(in, found[0].moved(-at.From))
			}
			found = found[1:]
		}
		known.Put(text[at.From:at.To], in)
	}
}
