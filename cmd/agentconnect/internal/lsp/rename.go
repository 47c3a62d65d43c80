package lsp

import (
	"context"
	"strings"

	"github.com/creachadair/jrpc2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// prepareRename says whether there is a name at a place that can be changed.
func (s *server) prepareRename(_ context.Context, p *placeParams) (*prepared, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	root, use, ok := s.useAt(d, p.Position)
	if !ok {
		return nil, nil //nolint:nilnil // the protocol's answer where nothing can be renamed
	}
	if _, declared := s.symbol(root, use.Address); !declared {
		return nil, nil //nolint:nilnil // as above
	}
	return &prepared{d.span(use.Range.Start.Byte, use.Range.End.Byte), nameOf(use.Address)}, nil
}

// nameOf is the last part of an address.
func nameOf(address string) string { return address[strings.LastIndexByte(address, '.')+1:] }

// rename changes a name everywhere: in references, in lists and keys of
// patterns, in conditions, and in scripts.
func (s *server) rename(_ context.Context, p *placeParams) (*workspaceEdit, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	root, use, ok := s.useAt(d, p.Position)
	if !ok {
		return nil, refused("there is no name here")
	}
	out := s.outline(root)
	uses, whole := s.uses(root)
	sym, declared := s.symbol(root, use.Address)
	switch {
	case !declared:
		return nil, refused("%s is not declared", use.Address)
	case !whole:
		return nil, refused("a file has errors in its syntax, so that not every place is known: mend them first")
	case !hclsyntax.ValidIdentifier(p.NewName):
		return nil, refused("%q is not a name: names begin with a letter or _ and go on with letters, digits, _ and -", p.NewName)
	case p.NewName == "user" && isParticipant(sym.Block):
		return nil, refused("the person's side of a conversation is called user")
	}
	if other, taken := takenBy(out, sym, p.NewName); taken {
		return nil, refused("there is already %s", other)
	}
	return s.renameUses(uses, use.Address, p.NewName)
}

func refused(format string, args ...any) error {
	return jrpc2.Errorf(jrpc2.Code(-32803), format, args...) // RequestFailed
}

// takenBy finds another symbol that has a name where sym would have it.
func takenBy(out *specs.Outline, sym specs.Symbol, name string) (string, bool) {
	space := func(a specs.Symbol) string {
		if isParticipant(a.Block) && strings.Count(a.Address, ".") == 1 {
			return "participant"
		}
		return strings.TrimSuffix(a.Address, "."+a.Name)
	}
	for _, other := range out.Symbols {
		if other.Name == name && other.Address != sym.Address && space(other) == space(sym) {
			return other.Address, true
		}
	}
	return "", false
}

// renameUses makes the edits. Each must replace the old name, letter by letter.
func (s *server) renameUses(uses []specs.Use, address, name string) (*workspaceEdit, error) {
	old := nameOf(address)
	edit := &workspaceEdit{Changes: map[string][]textEdit{}}
	texts := map[string]*text{}
	for _, u := range uses {
		if u.Address != address {
			continue
		}
		t := texts[u.Range.Filename]
		if t == nil {
			t = s.textOf(u.Range.Filename)
			texts[u.Range.Filename] = t
		}
		from, to := u.Range.Start.Byte, u.Range.End.Byte
		if from < 0 || to > len(t.bytes) || from > to || string(t.bytes[from:to]) != old {
			return nil, refused("%s is written in a way here that cannot be renamed: line %d of %s", old, u.Range.Start.Line, u.Range.Filename)
		}
		uri := s.uri(u.Range.Filename)
		edit.Changes[uri] = append(edit.Changes[uri], textEdit{t.span(from, to), name})
	}
	return edit, nil
}
