package lsp

import (
	"context"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// Kinds of code actions.
const (
	kindQuickFix = "quickfix"
	kindFixAll   = "source.fixAll"
)

// codeActions offers the changes that mend findings. Findings of a text that
// has changed since are not offered; newer ones come in a moment.
func (s *server) codeActions(_ context.Context, p *rangeParams) ([]codeAction, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	out := []codeAction{}
	found := s.fixable(d)
	wanted := func(kind string) bool {
		return len(p.Context.Only) == 0 && kind == kindQuickFix ||
			slices.ContainsFunc(p.Context.Only, func(only string) bool { return kind == only || strings.HasPrefix(kind, only+".") })
	}
	from, to := d.offset(p.Range.Start), d.offset(p.Range.End)
	for _, f := range found {
		if wanted(kindQuickFix) && f.Range.Start.Byte <= to && from <= f.Range.End.Byte {
			out = append(out, codeAction{
				Title: strings.TrimSuffix(f.Fix.Message, "."), Kind: kindQuickFix, Diagnostics: []diagnostic{s.diagnostic(d.text, &f)},
				IsPreferred: true, Edit: s.edits(f.Fix.Edits),
			})
		}
	}
	if all := together(found); wanted(kindFixAll) && len(all) > 0 {
		out = append(out, codeAction{Title: "Mend all that can be mended", Kind: kindFixAll, Edit: s.edits(all)})
	}
	return out, nil
}

// fixable are the findings about a document as it is that have a fix.
func (s *server) fixable(d *document) specs.Diagnostics {
	root := s.root(d.path)
	s.mu.Lock()
	defer s.mu.Unlock()
	sc := s.scenario(root)
	if sc.looked != s.clock || s.open[d.path] != d {
		return nil
	}
	var out specs.Diagnostics
	for _, f := range sc.found {
		if f.Fix != nil && len(f.Fix.Edits) > 0 && f.Range.Filename == d.path {
			out = append(out, f)
		}
	}
	return out
}

// edits are changes for the client.
func (s *server) edits(edits []specs.Edit) *workspaceEdit {
	out := &workspaceEdit{Changes: map[string][]textEdit{}}
	for _, e := range edits {
		uri := s.uri(e.Range.Filename)
		out.Changes[uri] = append(out.Changes[uri], textEdit{s.textOf(e.Range.Filename).span(e.Range.Start.Byte, e.Range.End.Byte), e.NewText})
	}
	return out
}

// together are the changes of all fixes that do not touch each other.
func together(found specs.Diagnostics) []specs.Edit {
	var out []specs.Edit
	for _, f := range found {
		if !slices.ContainsFunc(f.Fix.Edits, func(e specs.Edit) bool {
			return slices.ContainsFunc(out, func(o specs.Edit) bool { return overlap(e, o) })
		}) {
			out = append(out, f.Fix.Edits...)
		}
	}
	return out
}

func overlap(a, b specs.Edit) bool {
	return a.Range.Filename == b.Range.Filename && a.Range.Start.Byte <= b.Range.End.Byte && b.Range.Start.Byte <= a.Range.End.Byte
}
