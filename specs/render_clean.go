package specs

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes a text of at most limit bytes harmless on a terminal: characters
// that move the cursor, switch modes, reorder or hide text are shown as
// symbols.
func clean(text string, limit int) string {
	if len(text) > limit {
		text = cut(text, limit)
	}
	if strings.IndexFunc(text, unsafeRune) < 0 && utf8.ValidString(text) {
		return text
	}
	var out strings.Builder
	for _, c := range text {
		out.WriteString(visible(c))
	}
	return out.String()
}

// cut shortens a text to about limit bytes, between characters.
func cut(text string, limit int) string {
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + "…"
}

// unsafeRune says whether a character must not reach a terminal. Joiners stay,
// since emoji and several scripts need them.
func unsafeRune(c rune) bool {
	const joiner, nonJoiner = '\u200d', '\u200c'
	switch {
	case c >= ' ' && c < 0x7f, c == joiner, c == nonJoiner:
		return false
	case c == '\u2028', c == '\u2029':
		return true
	}
	return unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs)
}

// visible is a character, or the symbol that stands for it.
func visible(c rune) string {
	switch {
	case c < 0x20:
		return string('␀' + c)
	case c == 0x7f:
		return "␡"
	case unsafeRune(c):
		return fmt.Sprintf("<U+%04X>", c)
	default:
		return string(c)
	}
}
