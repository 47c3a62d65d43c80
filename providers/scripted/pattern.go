package scripted

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

const (
	maxPatternText = 512 // bytes of a pattern
	maxMatch       = 512 // bytes of a text that matches one, and repetitions in it
	maxSteps       = 10_000
)

// matching composes a text that matches a regular expression and has the right
// length. It gives up on patterns that Go does not know.
func matching(pattern string, least, most int) (string, bool) {
	if len(pattern) > maxPatternText {
		return "", false
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", false
	}
	for _, repeat := range []int{1, 2, 4, 8, 16, 32, 64, 128, 256, maxMatch, 0} {
		m := matcher{repeat: repeat}
		m.write(tree)
		for _, text := range []string{m.b.String(), fit(m.b.String(), 0, max(least, 1))} {
			if n := utf8.RuneCountInString(text); n >= least && n <= most && re.MatchString(text) {
				return text, true
			}
		}
	}
	return "", false
}

// matcher writes a text that a pattern matches, in which what may be repeated
// without bound is repeated that often.
type matcher struct {
	b      strings.Builder
	repeat int
	steps  int
}

func (m *matcher) write(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		m.b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		m.b.WriteRune(printable(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		m.b.WriteByte('a')
	case syntax.OpAlternate:
		m.write(re.Sub[0])
	default:
		m.writeAll(re)
	}
}

func (m *matcher) writeAll(re *syntax.Regexp) {
	for range m.times(re) {
		for _, sub := range re.Sub {
			if m.steps++; m.steps > maxSteps || m.b.Len() > maxMatch {
				return
			}
			m.write(sub)
		}
	}
}

func (m *matcher) times(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpStar:
		return m.repeat
	case syntax.OpPlus:
		return max(1, m.repeat)
	case syntax.OpQuest:
		return min(1, m.repeat)
	case syntax.OpRepeat:
		times := max(re.Min, m.repeat)
		if re.Max >= 0 {
			times = min(times, re.Max)
		}
		return times
	default:
		return 1
	}
}

// printable is a readable character of a class, given as pairs of bounds.
func printable(pairs []rune) rune {
	for _, want := range []rune{'a', 'A', '1', '0'} {
		if in(pairs, want) {
			return want
		}
	}
	for want := '!'; want <= '~'; want++ {
		if in(pairs, want) {
			return want
		}
	}
	if len(pairs) == 0 {
		return 'a'
	}
	return pairs[0]
}

func in(pairs []rune, r rune) bool {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] <= r && r <= pairs[i+1] {
			return true
		}
	}
	return false
}
