package specs

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// matching is a text that a regular expression matches, empty if none is found.
func matching(pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	var b strings.Builder
	sample(&b, re.Simplify(), 0)
	if ok, err := regexp.MatchString(pattern, b.String()); err != nil || !ok {
		return ""
	}
	return b.String()
}

// maxSample bounds a text that is made of a regular expression, and how deep it
// is looked into.
const maxSample = 256

func sample(b *strings.Builder, re *syntax.Regexp, depth int) {
	if b.Len() > maxSample || depth > maxSample {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		if len(re.Rune) > 0 {
			b.WriteRune(re.Rune[0])
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('x')
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			sample(b, sub, depth+1)
		}
	case syntax.OpCapture, syntax.OpPlus, syntax.OpAlternate:
		sample(b, re.Sub[0], depth+1)
	default: // what may be left out, and places
	}
}
