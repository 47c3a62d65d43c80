package engine

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// chat answers each message of a person: the agent that the message names, by
// receiver or in its text, else the first.
type chat struct{}

// Next implements [Pattern].
func (chat) Next(st *State, f *Frame) Move {
	if len(f.open) > 0 {
		return Move{}
	}
	if why := full(f); why != "" {
		return done(why)
	}
	if len(f.pass) > 0 {
		return Move{Round: true}
	}
	if len(f.pending) == 0 {
		if st.inputClosed {
			return done(leftDone)
		}
		return Move{}
	}
	msg := f.pending[0]
	slot, by := answers(st, f, &st.messages[msg])
	if slot < 0 {
		return done(leftDone)
	}
	m := Move{Steps: []Step{{Slot: slot, Answers: msg}}}
	if len(f.node.slots) > 1 {
		m.Chosen = &Chosen{Frame: f.id, Name: f.node.slots[slot].name, By: by}
	}
	return m
}

// answers finds who answers a message, or -1 when nobody may.
func answers(st *State, f *Frame, m *message) (slot int, by string) {
	first, at := -1, -1
	slot = -1
	for i := range f.node.slots {
		s := &f.node.slots[i]
		if s.human != nil || !st.active(s) {
			continue
		}
		if first < 0 {
			first = i
		}
		if s.who() == m.receiver {
			return i, "receiver"
		}
		if k := mention(m.content, s.name, s.agent); k >= 0 && (at < 0 || k < at) {
			slot, at = i, k
		}
	}
	if slot >= 0 {
		return slot, "mention"
	}
	return first, "first"
}

func mention(text, name string, a *agent) int {
	k := wordIndex(text, name)
	if a != nil && a.display != name {
		if d := wordIndex(text, a.display); d >= 0 && (k < 0 || d < k) {
			k = d
		}
	}
	return k
}

// wordIndex is where a word stands in a text, its case folded, not as a part
// of a longer word; -1 when it does not.
func wordIndex(text, word string) int {
	if word == "" {
		return -1
	}
	for i := 0; i+len(word) <= len(text); {
		if strings.EqualFold(text[i:i+len(word)], word) && bounded(text, i, i+len(word)) {
			return i
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		i += size
	}
	return -1
}

func bounded(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	after, _ := utf8.DecodeRuneInString(text[to:])
	return (from == 0 || !inWord(before)) && (to == len(text) || !inWord(after))
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }
