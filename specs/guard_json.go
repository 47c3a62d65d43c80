package specs

import (
	"bytes"
	"encoding/json"

	"github.com/hashicorp/hcl/v2"
)

// guardJSON measures the brackets of a JSON text, and the templates in its
// strings.
func (l *loader) guardJSON(text []byte, name, address string) bool {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '[', '{':
			depth++
			if depth > maxDepth {
				l.report(codeTooDeep, address, l.sourceRange(name, i, i+1), "Arrays and objects are nested more than %d deep here.", maxDepth)
				return false
			}
		case ']', '}':
			depth--
		case '"':
			end := stringEnd(text, i)
			if !l.guardJSONString(text[i:end], name, i, address) {
				return false
			}
			i = end - 1
		}
	}
	return true
}

// stringEnd is the end of a JSON string that begins at a quote.
func stringEnd(text []byte, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

func (l *loader) guardJSONString(quoted []byte, name string, at int, address string) bool {
	if !bytes.Contains(quoted, []byte("${")) && !bytes.Contains(quoted, []byte("%{")) && !bytes.Contains(quoted, []byte(`\u`)) {
		return true
	}
	var text string
	if json.Unmarshal(quoted, &text) != nil {
		return true // the parser says why
	}
	mark := len(l.ds)
	if l.guardTokens(lex([]byte(text), syntaxTemplate), "", address) {
		return true
	}
	for i := range l.ds[mark:] {
		r := l.rng(l.sourceRange(name, at, at+len(quoted)))
		l.ds[mark+i].Range = &r
	}
	return false
}

// guardType measures a type that JSON writes as a string: it is parsed as an
// expression.
func (l *loader) guardType(expr hcl.Expression, address string) bool {
	r := expr.Range()
	f := l.sources[r.Filename]
	if f == nil || r.End.Byte > len(f.text) || r.Start.Byte >= r.End.Byte || f.text[r.Start.Byte] != '"' {
		return true
	}
	var text string
	if json.Unmarshal(f.text[r.Start.Byte:r.End.Byte], &text) != nil {
		return true
	}
	mark := len(l.ds)
	if l.guardTokens(lex([]byte(text), syntaxExpression), "", address) {
		return true
	}
	for i := range l.ds[mark:] {
		at := l.rng(r)
		l.ds[mark+i].Range = &at
	}
	return false
}
