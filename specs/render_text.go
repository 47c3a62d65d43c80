package specs

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// The parts of a diagnostic that have a colour, as parameters of SGR.
const (
	inkError   = "1;31"
	inkWarning = "1;33"
	inkBold    = "1"
	inkGutter  = "2"
	inkFix     = "32"
)

// A renderer writes one diagnostic after the other into out.
type renderer struct {
	out   strings.Builder
	color bool
	// words and code are the columns for running text and for source lines.
	words, code int
}

func newRenderer(opts RenderOptions) *renderer {
	r := &renderer{color: opts.Color, words: 80, code: 160}
	if opts.Width > 0 {
		width := min(max(opts.Width, 40), 400)
		r.words, r.code = min(width, 100), width
	}
	return r
}

// ink colours a text that is already clean.
func (r *renderer) ink(sgr, text string) string {
	if !r.color {
		return text
	}
	return "\x1b[" + sgr + "m" + text + "\x1b[0m"
}

func (r *renderer) line(parts ...string) {
	for _, part := range parts {
		r.out.WriteString(part)
	}
	r.out.WriteByte('\n')
}

func (r *renderer) diagnostic(d *Diagnostic) {
	label, sgr := "Error: ", inkError
	if d.Severity == SeverityWarning {
		label, sgr = "Warning: ", inkWarning
	}
	r.line(r.ink(sgr, label), r.ink(inkBold, clean(d.Summary, summaryMax)))
	r.place(d)
	if d.Snippet != nil {
		r.snippet(d.Snippet, sgr)
		r.values(d.Snippet.Values)
	}
	if d.Detail != "" {
		r.line()
		r.wrapped("  ", d.Detail)
	}
	r.related(d.Related)
	r.fix(d.Fix)
	r.reference(d)
}

// place writes where it is: the file, the line and the enclosing block.
func (r *renderer) place(d *Diagnostic) {
	context := clean(d.Address, summaryMax)
	if d.Snippet != nil && d.Snippet.Context != nil {
		context = clean(*d.Snippet.Context, summaryMax)
	}
	if d.Range == nil {
		if context != "" {
			r.line("\n  in ", context)
		}
		return
	}
	where := fmt.Sprintf("\n  on %s line %d", clean(d.Range.Filename, summaryMax), d.Range.Start.Line)
	if context != "" {
		where += ", in " + context
	}
	r.line(where, ":")
}

func (r *renderer) values(values []SnippetValue) {
	if len(values) == 0 {
		return
	}
	r.line(r.ink(inkGutter, "  values:"))
	for _, v := range values[:min(len(values), listMax)] {
		r.line("    ", clean(v.Traversal, summaryMax), " ", clean(v.Statement, summaryMax))
	}
	r.more(len(values))
}

func (r *renderer) related(places []Related) {
	if len(places) == 0 {
		return
	}
	r.line()
	for _, p := range places[:min(len(places), listMax)] {
		where := ""
		if p.Range.Filename != "" {
			where = clean(p.Range.Filename, summaryMax) + ":" + strconv.Itoa(p.Range.Start.Line) + ": "
		}
		r.line(r.ink(inkGutter, "  see "), where, clean(p.Message, summaryMax))
	}
	r.more(len(places))
}

// more says that a list was cut.
func (r *renderer) more(n int) {
	if n > listMax {
		r.line("    and ", strconv.Itoa(n-listMax), " more")
	}
}

func (r *renderer) fix(fix *Fix) {
	if fix == nil {
		return
	}
	r.line("\n", r.ink(inkFix, "  fix: "), clean(fix.Message, summaryMax))
	shown := 0
	for _, edit := range fix.Edits {
		for text := range strings.Lines(edit.NewText) {
			if strings.TrimSpace(text) == "" {
				continue
			}
			if shown++; shown > listMax {
				return
			}
			r.line(r.ink(inkFix, "     + "), clean(strings.TrimRight(text, "\r\n"), summaryMax))
		}
	}
}

// reference writes the code and where to read about it.
func (r *renderer) reference(d *Diagnostic) {
	var parts []string
	for _, part := range []string{d.Code, d.DocURL} {
		if part != "" {
			parts = append(parts, clean(part, summaryMax))
		}
	}
	if len(parts) > 0 {
		r.line("\n", r.ink(inkGutter, "  code: "+strings.Join(parts, " ")))
	}
}

// wrapped writes running text. A line that begins with a space, an example, is
// left as it is.
func (r *renderer) wrapped(indent, text string) {
	if len(text) > detailMax {
		text = cut(text, detailMax)
	}
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			r.line(indent, clean(line, r.code))
			continue
		}
		r.paragraph(indent, line)
	}
}

func (r *renderer) paragraph(indent, text string) {
	column := 0
	for word := range strings.FieldsSeq(text) {
		word = clean(word, detailMax)
		width := displaywidth.String(word)
		switch {
		case column == 0:
			r.out.WriteString(indent)
			column = len(indent)
		case column+1+width > r.words:
			r.out.WriteString("\n" + indent)
			column = len(indent)
		default:
			r.out.WriteByte(' ')
			column++
		}
		r.out.WriteString(word)
		column += width
	}
	r.out.WriteByte('\n')
}
