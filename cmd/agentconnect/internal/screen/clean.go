package screen

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes a text harmless on a terminal: characters that move the cursor,
// switch modes, reorder or hide text are shown as symbols. Line breaks stay,
// tabs become spaces.
func Clean(text string) string {
	if strings.IndexFunc(text, changed) < 0 && utf8.ValidString(text) {
		return text
	}
	var out strings.Builder
	for _, c := range strings.ReplaceAll(text, "\r\n", "\n") {
		out.WriteString(visible(c))
	}
	return out.String()
}

// Line is Clean for what must stay on one line.
func Line(text string) string {
	return strings.ReplaceAll(Clean(text), "\n", " ")
}

func changed(c rune) bool { return c == '\t' || c != '\n' && unsafe(c) }

// unsafe says whether a character must not reach a terminal. Joiners stay,
// since emoji and several scripts need them.
func unsafe(c rune) bool {
	const joiner, nonJoiner = '\u200d', '\u200c'
	switch c {
	case joiner, nonJoiner:
		return false
	case '\u2028', '\u2029':
		return true
	}
	return unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs)
}

// visible is a character, or what stands for it.
func visible(c rune) string {
	switch {
	case c == '\n':
		return "\n"
	case c == '\t':
		return "    "
	case c < 0x20:
		return string('␀' + c)
	case c == 0x7f:
		return "␡"
	case unsafe(c):
		return fmt.Sprintf("<U+%04X>", c)
	default:
		return string(c)
	}
}
