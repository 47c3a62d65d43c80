package lint

import (
	"bytes"
	"slices"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// Apply carries out the fixes of findings. It takes the files by the names that
// findings use, and gives those that change, and the findings that are fixed by
// it. A fix is made as a whole or not at all: one that touches what another has
// changed, or a file that is not there, waits for the next time.
func Apply(files map[string][]byte, found specs.Diagnostics) (changed map[string][]byte, fixed specs.Diagnostics) {
	edits := map[string][]specs.Edit{}
	for _, d := range found {
		if d.Fix == nil || len(d.Fix.Edits) == 0 || slices.ContainsFunc(d.Fix.Edits, func(e specs.Edit) bool { return !possible(files, edits, e) }) {
			continue
		}
		for _, e := range d.Fix.Edits {
			edits[e.Range.Filename] = append(edits[e.Range.Filename], e)
		}
		fixed = append(fixed, d)
	}
	changed = map[string][]byte{}
	for name, list := range edits {
		changed[name] = edited(files[name], list)
	}
	return changed, fixed
}

// possible says whether a change is one of a file that is there, and touches no
// other change.
func possible(files map[string][]byte, edits map[string][]specs.Edit, e specs.Edit) bool {
	src, ok := files[e.Range.Filename]
	from, to := e.Range.Start.Byte, e.Range.End.Byte
	if !ok || from < 0 || from > to || to > len(src) {
		return false
	}
	return !slices.ContainsFunc(edits[e.Range.Filename], func(other specs.Edit) bool {
		return from <= other.Range.End.Byte && other.Range.Start.Byte <= to
	})
}

// edited is a text after changes that do not touch each other.
func edited(src []byte, edits []specs.Edit) []byte {
	slices.SortStableFunc(edits, func(a, b specs.Edit) int { return a.Range.Start.Byte - b.Range.Start.Byte })
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		out.Write(src[at:max(at, e.Range.Start.Byte)])
		out.WriteString(e.NewText)
		at = max(at, e.Range.End.Byte)
	}
	out.Write(src[at:])
	return out.Bytes()
}
