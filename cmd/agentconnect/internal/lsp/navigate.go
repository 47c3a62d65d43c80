package lsp

import (
	"context"
	"slices"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// useAt is the mention of a name at a place; ok is false where there is none.
func (s *server) useAt(d *document, p position) (root string, use specs.Use, ok bool) {
	offset := d.offset(p)
	root = s.root(d.path)
	for _, u := range s.outline(root).Uses {
		if u.Range.Filename == d.path && u.Range.Start.Byte <= offset && offset <= u.Range.End.Byte {
			return root, u, true
		}
	}
	return root, use, false
}

// symbol is the declaration of an address.
func (s *server) symbol(root, address string) (specs.Symbol, bool) {
	out := s.outline(root)
	if i := slices.IndexFunc(out.Symbols, func(sym specs.Symbol) bool { return sym.Address == address }); i >= 0 {
		return out.Symbols[i], true
	}
	return specs.Symbol{}, false
}

func (s *server) definition(_ context.Context, p *placeParams) ([]location, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	root, use, ok := s.useAt(d, p.Position)
	if !ok {
		return s.fileDefinition(d, p.Position), nil
	}
	sym, ok := s.symbol(root, use.Address)
	if !ok {
		return []location{}, nil
	}
	return []location{s.location(sym.NameRange)}, nil
}

// location is a range of a file for the client.
func (s *server) location(r specs.Range) location {
	return location{s.uri(r.Filename), s.textOf(r.Filename).span(r.Start.Byte, r.End.Byte)}
}

func (s *server) references(_ context.Context, p *placeParams) ([]location, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	out := []location{}
	root, use, ok := s.useAt(d, p.Position)
	if !ok {
		return out, nil
	}
	uses, _ := s.uses(root)
	for _, u := range uses {
		if u.Address == use.Address && (p.Context.IncludeDeclaration || !u.Declares) {
			out = append(out, s.location(u.Range))
		}
	}
	return out, nil
}

// A highlight is a mention of a name in the same file.
type highlight struct {
	Range textRange `json:"range"`
	Kind  int       `json:"kind"`
}

func (s *server) highlights(_ context.Context, p *placeParams) ([]highlight, error) {
	const read, write = 2, 3
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	out := []highlight{}
	root, use, ok := s.useAt(d, p.Position)
	if !ok {
		return out, nil
	}
	for _, u := range s.outline(root).Uses {
		if u.Address == use.Address && u.Range.Filename == d.path {
			kind := read
			if u.Declares {
				kind = write
			}
			out = append(out, highlight{d.span(u.Range.Start.Byte, u.Range.End.Byte), kind})
		}
	}
	return out, nil
}
