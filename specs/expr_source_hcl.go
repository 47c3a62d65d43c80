package specs

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"golang.org/x/text/unicode/norm"
)

// decoded is a text that was undone from its spelling, with the bytes of the
// file that each of its bytes came from.
type decoded struct {
	text  []byte
	units []span
}

func (d *decoded) add(text string, from, to int) {
	for i := range len(text) {
		d.text = append(d.text, text[i])
		d.units = append(d.units, span{from, to})
	}
}

// rune adds a character that stands for itself. Each of its bytes comes from
// the whole character, so that no position falls into the middle of one.
func (d *decoded) rune(file []byte, at int) int {
	_, size := utf8.DecodeRune(file[at:])
	d.add(string(file[at:at+size]), at, at+size)
	return at + size
}

// hclUnits finds the bytes of a quoted string or a heredoc. It gives nil when
// they do not make up the text.
func hclUnits(r hcl.Range, text string, file []byte) []span {
	if units := plainUnits(r, text, file); units != nil {
		return units
	}
	return lexedUnits(r, text, file)
}

// lexedUnits finds them by lexing it again.
func lexedUnits(r hcl.Range, text string, file []byte) []span {
	written := append(slices.Clone(file[r.Start.Byte:r.End.Byte]), '\n') // a heredoc ends with its line
	tokens, _ := hclsyntax.LexExpression(written, r.Filename, r.Start)
	var d decoded
	for _, t := range tokens {
		from, to := min(t.Range.Start.Byte, len(file)), min(t.Range.End.Byte, len(file)) // a heredoc may not be closed
		switch t.Type {
		case hclsyntax.TokenQuotedLit:
			d.quoted(file, from, to)
		case hclsyntax.TokenStringLit:
			d.bare(file, from, to)
		case hclsyntax.TokenOQuote, hclsyntax.TokenCQuote, hclsyntax.TokenOHeredoc,
			hclsyntax.TokenCHeredoc, hclsyntax.TokenEOF, hclsyntax.TokenNewline:
		default:
			return nil
		}
	}
	return d.match(text)
}

// plainUnits finds the bytes of a quoted string in which every character stands
// for itself. It gives nil for any other.
func plainUnits(r hcl.Range, text string, file []byte) []span {
	from, to := r.Start.Byte+1, r.End.Byte-1
	if from > to || file[from-1] != '"' || string(file[from:to]) != text || strings.ContainsAny(text, "\\\"{\r\n") {
		return nil
	}
	d := decoded{text: make([]byte, 0, len(text)), units: make([]span, 0, len(text))}
	for from < to {
		from = d.rune(file, from)
	}
	return d.units
}

// quoted undoes the escapes between quotes.
func (d *decoded) quoted(file []byte, at, end int) {
	for at < end {
		if n := templateEscape(file[at:end]); n > 0 {
			d.add(string(file[at:at+1])+"{", at, at+n)
			at += n
			continue
		}
		if file[at] != '\\' || at+1 >= end {
			at = d.rune(file, at)
			continue
		}
		text, n := backslash(file[at:end])
		d.add(text, at, at+n)
		at += n
	}
}

// bare undoes what can be escaped in a heredoc and in a JSON template.
func (d *decoded) bare(file []byte, at, end int) {
	for at < end {
		if n := templateEscape(file[at:end]); n > 0 {
			d.add(string(file[at:at+1])+"{", at, at+n)
			at += n
			continue
		}
		at = d.rune(file, at)
	}
}

// templateEscape is the length of $${ or %%{ at the start of b, or 0.
func templateEscape(b []byte) int {
	if len(b) >= 3 && b[2] == '{' && b[0] == b[1] && (b[0] == '$' || b[0] == '%') {
		return 3
	}
	return 0
}

// backslash undoes an escape of HCL's quoted strings and gives its length.
func backslash(b []byte) (string, int) {
	switch b[1] {
	case 'n':
		return "\n", 2
	case 'r':
		return "\r", 2
	case 't':
		return "\t", 2
	case '"', '\\':
		return string(b[1]), 2
	case 'u', 'U':
		n := 6
		if b[1] == 'U' {
			n = 10
		}
		if len(b) < n {
			return string(b), len(b)
		}
		code, err := strconv.ParseUint(string(b[2:n]), 16, 32)
		if err != nil {
			return string(b[:n]), n
		}
		return string(rune(code)), n
	default:
		return string(b[:2]), 2
	}
}

// match gives the units of a text that is the decoded one, apart from what was
// stripped at the start of its lines, as <<- does: spaces, and a mark that is
// written on the last of them.
func (d *decoded) match(text string) []span {
	d.normalize()
	if string(d.text) == text {
		return d.units
	}
	units := make([]span, 0, len(text))
	rest, at := string(d.text), 0
	for line := range strings.SplitAfterSeq(text, "\n") {
		written := rest
		if i := strings.IndexByte(rest, '\n'); i >= 0 {
			written = rest[:i+1]
		}
		skip := len(written) - len(line)
		if skip < 0 || written[skip:] != line {
			return nil
		}
		units = append(units, d.units[at+skip:at+len(written)]...)
		rest, at = rest[len(written):], at+len(written)
	}
	if len(units) != len(text) {
		return nil
	}
	return units
}

// normalize composes characters as HCL does with every string.
func (d *decoded) normalize() {
	if norm.NFC.IsNormal(d.text) {
		return
	}
	var (
		out  decoded
		iter norm.Iter
	)
	iter.Init(norm.NFC, d.text)
	for !iter.Done() {
		from := iter.Pos()
		text := string(iter.Next())
		out.add(text, d.units[from].from, d.units[iter.Pos()-1].to)
	}
	*d = out
}
