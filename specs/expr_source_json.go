package specs

import (
	"strconv"
	"unicode/utf16"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// jsonUnits finds the bytes of a JSON string, which HCL reads as a template
// after JSON's own escapes are undone. interpolated says that the template has
// ${} beside other text; one that is ${} alone is how JSON spells an
// expression of HCL, and its text is computed.
func jsonUnits(r hcl.Range, text string, file []byte) (units []span, interpolated bool) {
	from, to := r.Start.Byte, r.End.Byte
	if to-from < 2 || file[from] != '"' || file[to-1] != '"' {
		return nil, false
	}
	var d decoded
	d.json(file, from+1, to-1)
	if string(d.text) == text {
		return d.units, false
	}
	template, diags := hclsyntax.ParseTemplate(d.text, r.Filename, hcl.InitialPos)
	if t, ok := template.(*hclsyntax.TemplateExpr); ok && !diags.HasErrors() && !literalParts(t) {
		return nil, true
	}
	return d.unescapeTemplate().match(text), false
}

// json undoes JSON's escapes.
func (d *decoded) json(file []byte, at, end int) {
	for at < end {
		if file[at] != '\\' || at+1 >= end {
			at = d.rune(file, at)
			continue
		}
		text, n := jsonEscape(file[at:end])
		d.add(text, at, at+n)
		at += n
	}
}

func jsonEscape(b []byte) (string, int) {
	switch b[1] {
	case 'b':
		return "\b", 2
	case 'f':
		return "\f", 2
	case 'n':
		return "\n", 2
	case 'r':
		return "\r", 2
	case 't':
		return "\t", 2
	case 'u':
		return jsonUnicode(b)
	default:
		return string(b[1]), 2
	}
}

func jsonUnicode(b []byte) (string, int) {
	first, ok := hex4(b)
	if !ok {
		return string(b[:2]), 2
	}
	if !utf16.IsSurrogate(first) {
		return string(first), 6
	}
	if second, ok := hex4(b[6:]); ok {
		if pair := utf16.DecodeRune(first, second); pair != '\uFFFD' {
			return string(pair), 12
		}
	}
	return "\uFFFD", 6
}

// hex4 reads \uXXXX at the start of b.
func hex4(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	code, err := strconv.ParseUint(string(b[2:6]), 16, 32)
	return rune(code), err == nil
}

// unescapeTemplate undoes $${ and %%{ in what is decoded already.
func (d *decoded) unescapeTemplate() *decoded {
	var out decoded
	for i := 0; i < len(d.text); {
		n := max(1, templateEscape(d.text[i:]))
		if n == 3 {
			out.add(string(d.text[i:i+1])+"{", d.units[i].from, d.units[i+2].to)
		} else {
			out.add(string(d.text[i:i+1]), d.units[i].from, d.units[i].to)
		}
		i += n
	}
	return &out
}
