package specs

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// typeKeywords are the words of a type.
func typeKeywords() []string {
	return []string{"string", "number", "bool", "any", "list", "set", "map", "object", "tuple", "optional"}
}

// typesElsewhere are words that other languages have for them.
func typesElsewhere() map[string]string {
	return map[string]string{
		"boolean": "bool", "int": "number", "integer": "number", "float": "number", "double": "number",
		"str": "string", "text": "string", "array": "list", "dict": "map", "struct": "object",
	}
}

// hintType says which types there are where a word is none, and which was
// probably meant.
func (l *loader) hintType(d *Diagnostic, at *hcl.Range) {
	if at == nil {
		return
	}
	word, _, call := strings.Cut(l.written(*at), "(")
	if !hclsyntax.ValidIdentifier(word) || slices.Contains(typeKeywords(), word) {
		return
	}
	lower := strings.ToLower(word)
	likely := typesElsewhere()[lower]
	if likely == "" {
		likely = nearest(lower, typeKeywords())
	}
	if likely != "" {
		d.Detail += " Did you mean " + likely + "?"
		name := *at
		if call {
			name.End = hcl.Pos{Line: at.Start.Line, Column: at.Start.Column + len(word), Byte: at.Start.Byte + len(word)}
		}
		l.rename(d, name, likely)
	}
	d.Detail += " Types are string, number, bool, any, list(…), set(…), map(…), object({…}) and tuple([…])."
}
