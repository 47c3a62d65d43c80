package main

import (
	"bytes"
	"os"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// withSource gives findings of the compiler, which does not see the files, the
// lines that they are about.
func withSource(ds specs.Diagnostics) specs.Diagnostics {
	out := make(specs.Diagnostics, len(ds))
	for i, d := range ds {
		if d.Snippet == nil && d.Range != nil && d.Range.Start.Line > 0 {
			d.Snippet = snippet(*d.Range)
		}
		out[i] = d
	}
	return out
}

// snippet reads the lines of a range; nil when they are not there any more.
func snippet(r specs.Range) *specs.Snippet {
	text, err := os.ReadFile(r.Filename)
	from, to := r.Start.Byte, r.End.Byte
	if err != nil || from < 0 || to < from || to > len(text) {
		return nil
	}
	begin, end := bytes.LastIndexByte(text[:from], '\n')+1, len(text)
	if n := bytes.IndexByte(text[to:], '\n'); n >= 0 {
		end = to + n
	}
	return &specs.Snippet{
		Code: string(text[begin:end]), StartLine: r.Start.Line, HighlightStartOffset: from - begin, HighlightEndOffset: to - begin,
	}
}
