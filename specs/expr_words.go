package specs

import (
	"regexp"
	"strings"
)

// typeWords are Go's names of types as the language calls them.
func typeWords() *strings.Replacer {
	return strings.NewReplacer(
		"[]specs.EnvMessage", "a list of messages",
		"map[string]specs.EnvAgent", "the participants",
		"specs.EnvMessage", "a message", "specs.EnvAgent", "a participant",
		"specs.EnvUsage", "usage", "specs.EnvHere", "here",
		"map[string]interface {}", "an object", "map[string]any", "an object", "map[interface {}][]interface {}", "an object of lists",
		"[]interface {}", "a list", "[]any", "a list", "[]string", "a list of strings", "[]int", "a list of numbers",
		"interface {}", "anything", "float64", "a number", "string", "a string", "bool", "true or false", "<nil>", "nothing",
	)
}

func typeName(name string) string {
	if name == "int" {
		return "a number"
	}
	return typeWords().Replace(name)
}

// A wording is a message of the library and what the language says instead,
// with $1 for the first group; groups are names of types where they are such.
type wording struct{ message, sentence string }

// wordings are tried in order.
func wordings() []wording {
	return []wording{
		{`^invalid operation: (%|\.\.) \(mismatched types (?:int|float64) and (?:int|float64)\)$`, "$1 works on whole numbers, and a number in an answer may be any. Write int(…) around it."},
		{`^invalid operation: (\S+) \(mismatched types (.+) and (.+)\)$`, "$1 does not work between $2 and $3."},
		{`^invalid operation: (\S+) \(mismatched type (.+)\)$`, "$1 does not work on $2."},
		{`^array elements can only be selected using an integer \(got (.+)\)$`, "An element of a list is chosen by a whole number, and this is $1. int(…) makes one."},
		{`^non-integer slice index (.+)$`, "A part of a list is chosen by whole numbers, and this is $1. int(…) makes one."},
		{`^predicate should return boolean \(got (.+)\)$`, "What is asked of each element must be true or false; this is $1."},
		{`^builtin (\S+) takes only array \(got (.+)\)$`, "$1 walks over a list; this is $2."},
		{`^non-bool expression \(type (.+)\) used as condition$`, "A condition must be true or false; this is $1."},
		{`^invalid argument for (\S+) \(type (.+)\)$`, "$1() does not take $2."},
		{`^cannot use (.+) as argument \(type (.+)\) to call (\S+) ?$`, "$3() takes $2 here; this is $1."},
		{`^cannot use (.+) as type (.+) in (?:array|map key)$`, "in compares $1 with $2 here, and they are never equal."},
		{`^invalid number of arguments \(expected (\d+), got (\d+)\)$`, "It takes $1 arguments, not $2."},
		{`^(not enough|too many) arguments to call (\S+)$`, "$2() is called with $1 arguments."},
		{`^cannot slice (.+)$`, "Only texts and lists have parts; this is $1."},
		{`^type (.+)\[(.+)\] is undefined$`, "There are no elements in $1 that $2 could choose."},
	}
}

// typeMessage turns a message of the checker into a sentence.
func typeMessage(message string) string {
	for _, w := range wordings() {
		groups := regexp.MustCompile(w.message).FindStringSubmatch(message)
		if groups == nil {
			continue
		}
		sentence := w.sentence
		for i, g := range groups[1:] {
			sentence = strings.ReplaceAll(sentence, "$"+string(rune('1'+i)), typeName(g))
		}
		return sentence
	}
	return upperFirst(typeWords().Replace(message)) + "."
}

// parseMessage turns a message of the parser into a sentence.
func parseMessage(message string) string {
	words := strings.NewReplacer("unexpected token EOF", "the expression ends too early",
		"unexpected token ", "unexpected ", "Operator(", "operator (", "Identifier(", "name (", "Bracket(", "bracket (", "Number(", "number (", "String(", "string (")
	return upperFirst(strings.TrimSuffix(words.Replace(message), ".")) + "."
}

func upperFirst(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// shorten cuts a text to a number of characters.
func shorten(text string, limit int) string {
	n := 0
	for i := range text {
		if n == limit {
			return text[:i] + "…"
		}
		n++
	}
	return text
}
