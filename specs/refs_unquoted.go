package specs

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// unquoted reports an expression that a session evaluates and that stands there
// without its quotes, once, whatever it reads.
func (l *loader) unquoted(n *node, a *arg) bool {
	if _, native := a.expr.(hclsyntax.Expression); !native || !a.isExpr() {
		return false
	}
	for _, t := range a.expr.Variables() {
		if _, runs := envNames()[t.RootName()]; !runs || slices.Contains(refKinds(), t.RootName()) {
			continue
		}
		a.bad = true
		n.fail()
		if l.syntaxErrors {
			return true
		}
		at := a.expr.Range()
		d := l.wrong(n, a, codeUnknownName, at, "%s exists while a session runs. %s takes %s.", t.RootName(), a.schema.name, a.schema.takes())
		if quoted, ok := inQuotes(l.written(at)); ok {
			l.rename(d, at, quoted)
		}
		return true
	}
	return false
}

// isExpr says whether the argument's text is an expression of a session.
func (a *arg) isExpr() bool {
	switch a.schema.typ {
	case typeCondition, typeSpeaker, typeItems, typeResult:
		return true
	default:
		return false
	}
}

// inQuotes is an expression as a text; false where that takes more than quotes.
func inQuotes(text string) (string, bool) {
	if text == "" || strings.ContainsAny(text, "'\\\n$%") {
		return "", false
	}
	return `"` + strings.ReplaceAll(text, `"`, "'") + `"`, true
}
