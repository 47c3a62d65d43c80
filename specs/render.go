package specs

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// textMax is how many diagnostics the text form shows; JSON has all of them.
const textMax = 100

// Bounds of what one diagnostic may print, so that a hostile file cannot flood
// a terminal.
const (
	summaryMax = 200  // bytes of a summary, a file's name, a value
	detailMax  = 4096 // bytes of a detail
	listMax    = 12   // values, related places, lines of a fix
)

// RenderOptions say how diagnostics are written as text. The zero value is
// plain text for a file or a pipe.
type RenderOptions struct {
	// Color marks up the text with ANSI colours.
	Color bool
	// Width is the number of columns of the terminal; 0 wraps the words at 80
	// columns and shows source lines up to 160.
	Width int
}

// WriteText writes the diagnostics for a person, sorted by file and position:
// the summary, the source with the exact characters underlined, the values in
// scope, the detail, related places and the fix. Control characters of sources
// and values are shown as symbols. After 100 diagnostics it writes how many
// more there are.
func (ds Diagnostics) WriteText(w io.Writer, opts RenderOptions) error {
	r := newRenderer(opts)
	sorted := ds.sorted()
	for i := range sorted[:min(len(sorted), textMax)] {
		if i > 0 {
			r.out.WriteByte('\n')
		}
		r.diagnostic(&sorted[i])
		if _, err := io.WriteString(w, r.out.String()); err != nil {
			return err
		}
		r.out.Reset()
	}
	more := Diagnostics(sorted[min(len(sorted), textMax):])
	if len(more) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(w, "\n%s not shown; -json lists all of them.\n", more.count())
	return err
}

// count says how many errors and warnings there are: "2 errors and 1 warning".
func (ds Diagnostics) count() string {
	errs, warns := ds.tally()
	var parts []string
	if errs > 0 {
		parts = append(parts, plural(errs, "more error"))
	}
	if warns > 0 {
		parts = append(parts, plural(warns, "more warning"))
	}
	return strings.Join(parts, " and ")
}

func (ds Diagnostics) tally() (errs, warns int) {
	for i := range ds {
		if ds[i].Severity == SeverityError {
			errs++
		} else {
			warns++
		}
	}
	return errs, warns
}

// sorted is a copy in the order of files and positions; what has no place
// comes first, and errors come before warnings of the same place.
func (ds Diagnostics) sorted() Diagnostics {
	out := slices.Clone(ds)
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		return cmp.Or(compareRanges(a.Range, b.Range),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Summary, b.Summary),
			cmp.Compare(a.Detail, b.Detail))
	})
	return out
}

func compareRanges(a, b *Range) int {
	if a == nil || b == nil {
		return boolRank(a != nil) - boolRank(b != nil)
	}
	return cmp.Or(
		cmp.Compare(a.Filename, b.Filename),
		cmp.Compare(a.Start.Line, b.Start.Line),
		cmp.Compare(a.Start.Column, b.Start.Column),
		cmp.Compare(a.End.Byte, b.End.Byte))
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// plural is "1 turn", "2 turns".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
