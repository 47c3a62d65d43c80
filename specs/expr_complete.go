package specs

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Complete lists what may follow an expression that is written up to some
// point, and how many bytes before that point the names replace.
func (n *ExprNames) Complete(at ExprPlace, before string) (items []ExprItem, replace int) {
	if len(before) > maxExprText {
		return nil, 0
	}
	defer func() {
		if recover() != nil {
			items, replace = nil, 0
		}
	}()
	s := n.scope(at)
	if _, open := withoutTexts(before); open >= 0 {
		return s.completeText(before[:open], at), len(before) - open - 1
	}
	prefix := trailingName(before)
	head := before[:len(before)-len(prefix)]
	if chain, ok := strings.CutSuffix(strings.TrimSuffix(head, "?."), "."); ok || strings.HasSuffix(head, "?.") {
		if chain = trailingChain(chain); chain == "" {
			return s.elementOf(walkedList(head)), len(prefix)
		}
		return s.fieldsOf(chain), len(prefix)
	}
	return s.items(), len(prefix)
}

// completeText lists the texts that make sense after what stands before the
// quote.
func (s *exprScope) completeText(head string, at ExprPlace) []ExprItem {
	head = strings.TrimRight(head, " \t\n")
	if chain, ok := strings.CutSuffix(head, "["); ok {
		return s.keysOf(trailingChain(chain))
	}
	for _, op := range []string{"==", "!="} {
		if left, ok := strings.CutSuffix(head, op); ok {
			return s.textsFor(trailingChain(strings.TrimRight(left, " ")))
		}
	}
	if at.Form == FormSpeaker {
		return s.participantItems()
	}
	return nil
}

func (s *exprScope) keysOf(chain string) []ExprItem {
	if chain == "" {
		return nil
	}
	return s.fieldsOf(chain)
}

// textsFor are the values that a name is compared with.
func (s *exprScope) textsFor(chain string) []ExprItem {
	words := func(texts ...string) []ExprItem {
		var out []ExprItem
		for _, t := range texts {
			out = append(out, ExprItem{Name: t, Kind: ItemWord})
		}
		return out
	}
	last := chain[strings.LastIndexByte(chain, '.')+1:]
	switch {
	case chain == "outcome":
		return words("achieved", "blocked", "exhausted", "cancelled", "expired", "failed")
	case last == "agent":
		return append(s.participantItems(), ExprItem{Name: "user", Kind: ItemWord, Doc: "The person's side."})
	case last == "role":
		return words("user", "assistant", "system")
	default:
		return nil
	}
}

// withoutTexts is an expression with blanks for its texts and their quotes, and
// where the text begins that is not closed, or -1.
func withoutTexts(text string) (bare string, open int) {
	out, open := []byte(text), -1
	for i := 0; i < len(out); i++ {
		c := out[i]
		switch {
		case open < 0 && (c == '\'' || c == '"' || c == '`'):
			open = i
		case open >= 0 && c == '\\' && text[open] != '`' && i+1 < len(out):
			out[i] = ' '
			i++
		case open >= 0 && c == text[open]:
			out[i], open = ' ', -1
			continue
		}
		if open >= 0 {
			out[i] = ' '
		}
	}
	return string(out), open
}

// trailingName is the name, or the beginning of one, at the end of a text.
func trailingName(text string) string {
	at := len(text)
	for at > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:at])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		at -= size
	}
	return text[at:]
}

// trailingChain is the value at the end of a text: names, fields, elements and
// calls, such as agents['x'].last or find(messages, .turn == 2).
func trailingChain(text string) string {
	at := len(text)
	for at > 0 {
		switch c := text[at-1]; {
		case c == ')' || c == ']':
			start := pairStart(text[:at])
			if start < 0 {
				return ""
			}
			at = start
		case c == '.' || c == '?' && strings.HasPrefix(text[at:], ".") || isNameByte(c):
			at--
		default:
			return text[at:]
		}
	}
	return text[at:]
}

func isNameByte(c byte) bool {
	return c == '_' || c == '#' || c >= utf8.RuneSelf || unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c))
}

// pairStart is the place of the bracket that the last character closes, or -1.
func pairStart(text string) int { return unclosed(text[:len(text)-1]) }

// walkedList is the list whose elements a condition at the end of a text asks
// about: messages in "filter(messages, .".
func walkedList(text string) string {
	start := unclosed(text)
	if start <= 0 || text[start] != '(' {
		return ""
	}
	name := trailingName(text[:start])
	if kind := functions()[name]; kind != fnTest && kind != fnEach {
		return ""
	}
	inside, _ := withoutTexts(text)
	inside = inside[start+1:]
	depth := 0
	for i := range len(inside) {
		switch inside[i] {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ',':
			if depth == 0 {
				return strings.TrimSpace(text[start+1:][:i])
			}
		}
	}
	return ""
}

// unclosed is the last bracket that is not closed, or -1.
func unclosed(text string) int {
	var open []int
	bare, _ := withoutTexts(text)
	for i := range len(bare) {
		switch bare[i] {
		case '(', '[':
			open = append(open, i)
		case ')', ']':
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
	}
	if len(open) == 0 {
		return -1
	}
	return open[len(open)-1]
}

// Describe says what the name is that stands at an offset of an expression,
// and where it stands.
func (n *ExprNames) Describe(at ExprPlace, text string, offset int) (item ExprItem, from, to int, ok bool) {
	if offset < 0 || offset > len(text) {
		return item, 0, 0, false
	}
	to = offset
	for to < len(text) && isNameByte(text[to]) {
		to++
	}
	name := trailingName(text[:to])
	from = to - len(name)
	if name == "" {
		return item, 0, 0, false
	}
	items, _ := n.Complete(at, text[:to])
	kinds := []ExprItemKind{ItemField, ItemName, ItemFunction, ItemOperator, ItemParticipant, ItemWord}
	if strings.HasPrefix(strings.TrimLeft(text[to:], " "), "(") { // last is a name and a function
		kinds = []ExprItemKind{ItemFunction}
	}
	for _, kind := range kinds {
		if i := slices.IndexFunc(items, func(it ExprItem) bool { return it.Name == name && it.Kind == kind }); i >= 0 {
			return items[i], from, to, true
		}
	}
	return item, from, to, false
}
