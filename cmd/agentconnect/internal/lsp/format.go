package lsp

import (
	"bytes"
	"context"
	"strings"

	"github.com/creachadair/jrpc2"
)

func (s *server) format(_ context.Context, p *documentParams) ([]textEdit, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	return s.formatted(d)
}

// formatRange gives those edits that lie within the lines of a range.
func (s *server) formatRange(_ context.Context, p *rangeParams) ([]textEdit, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	all, err := s.formatted(d)
	out := []textEdit{}
	for _, e := range all {
		if e.Range.Start.Line >= p.Range.Start.Line && e.Range.Start.Line <= p.Range.End.Line {
			out = append(out, e)
		}
	}
	return out, err
}

// formatted are the edits that lay a document out.
func (s *server) formatted(d *document) ([]textEdit, error) {
	out, found := s.lexed.Format(s.shownName(d), d.bytes)
	if found.HasErrors() {
		return nil, jrpc2.Errorf(jrpc2.Code(-32803), "%s: %s", found[0].Summary, found[0].Detail) // RequestFailed
	}
	return lineEdits(d.text, out), nil
}

// lineEdits turn a text into another: line by line where both have equally
// many, otherwise all lines between what is the same at both ends.
func lineEdits(t *text, after []byte) []textEdit {
	edits := []textEdit{}
	old, fresh := bytes.SplitAfter(t.bytes, []byte("\n")), bytes.SplitAfter(after, []byte("\n"))
	if len(old) == len(fresh) {
		at := 0
		for i := range old {
			if !bytes.Equal(old[i], fresh[i]) {
				edits = append(edits, textEdit{t.span(at, at+len(old[i])), string(fresh[i])})
			}
			at += len(old[i])
		}
		return edits
	}
	first, from := 0, 0
	for first < min(len(old), len(fresh)) && bytes.Equal(old[first], fresh[first]) {
		from += len(old[first])
		first++
	}
	last, to := 0, len(t.bytes)
	for last < min(len(old), len(fresh))-first && bytes.Equal(old[len(old)-1-last], fresh[len(fresh)-1-last]) {
		to -= len(old[len(old)-1-last])
		last++
	}
	var with strings.Builder
	for _, line := range fresh[first : len(fresh)-last] {
		with.Write(line)
	}
	return append(edits, textEdit{t.span(from, to), with.String()})
}
