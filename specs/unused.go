package specs

import (
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
)

// unusedValues warns of variables and locals that nothing reads. With errors
// it is silent: what is broken may read them.
func (l *loader) unusedValues(cfg *Config) {
	if l.ds.HasErrors() || len(cfg.Sessions) == 0 {
		return
	}
	for _, n := range l.blocksOf("variable") {
		l.unusedValue("var", n.name, n.header)
	}
	for _, name := range l.localOrder {
		l.unusedValue("local", name, l.locals[name].arg.name)
	}
}

func (l *loader) unusedValue(kind, name string, at hcl.Range) {
	address := kind + "." + name
	if !l.mentioned[address] && !l.inExpression(kind, name) {
		l.report(codeUnused, address, at, "Nothing reads %s. Use it, or remove it.", address)
	}
}

// inExpression says whether an expression of the scenario may read a value: it
// has both words in it.
func (l *loader) inExpression(kind, name string) bool {
	for _, p := range l.pending {
		text, _ := p.arg.value.(string)
		words := strings.FieldsFunc(text, func(c rune) bool { return c != '_' && c != '-' && !unicode.IsLetter(c) && !unicode.IsDigit(c) })
		if slices.Contains(words, kind) && slices.Contains(words, name) {
			return true
		}
	}
	return false
}
