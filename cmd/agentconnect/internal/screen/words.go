package screen

import "fmt"

// Plural is a number with its noun: 1 turn, 2 turns.
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Cut is a text of at most so many characters, with an ellipsis behind one that
// is longer.
func Cut(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
