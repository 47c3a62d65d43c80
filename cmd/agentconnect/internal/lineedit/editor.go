package lineedit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// Bounds of what is kept.
const (
	maxLine    = 256 << 10 // bytes of a line, as much as a session takes
	maxHistory = 500       // lines
)

// Editor is a line that is being typed, with the lines before it. Its zero value
// is ready.
type Editor struct {
	text string
	at   int // the caret, in bytes

	history []string
	past    int    // how far back it is in the history
	draft   string // what was typed before going back
}

// Text is what is typed.
func (e *Editor) Text() string { return e.text }

// Set replaces what is typed.
func (e *Editor) Set(text string) { e.text, e.at, e.past = text, len(text), 0 }

// Type takes a key. It returns the line when Enter completed it, and begins a
// new one.
func (e *Editor) Type(k Key) (line string, complete bool) {
	switch k.Code {
	case Text:
		e.insert(k.Text)
	case Break:
		e.insert("\n")
	case Enter:
		line = e.text
		e.remember(line)
		e.Set("")
		return line, true
	case Backspace:
		e.cut(e.before(), e.at)
	case Delete, EndOfInput:
		e.cut(e.at, e.after())
	case KillWord:
		e.cut(e.wordBefore(), e.at)
	case KillStart:
		e.cut(0, e.at)
	case KillEnd:
		e.cut(e.at, len(e.text))
	case Up:
		e.back(1)
	case Down:
		e.back(-1)
	default:
		e.move(k.Code)
	}
	return "", false
}

func (e *Editor) move(c Code) {
	switch c {
	case Left:
		e.at = e.before()
	case Right:
		e.at = e.after()
	case WordLeft:
		e.at = e.wordBefore()
	case WordRight:
		e.at = e.wordAfter()
	case Home:
		e.at = 0
	case End:
		e.at = len(e.text)
	default: // it means something to the caller, or nothing
	}
}

func (e *Editor) insert(text string) {
	if len(e.text)+len(text) > maxLine {
		return
	}
	e.text = e.text[:e.at] + text + e.text[e.at:]
	e.at += len(text)
}

func (e *Editor) cut(from, to int) {
	e.text = e.text[:from] + e.text[to:]
	e.at = from
}

// before is where the character before the caret begins; a character is what a
// person sees as one.
func (e *Editor) before() int {
	at, last := 0, 0
	for g := displaywidth.StringGraphemes(e.text[:e.at]); g.Next(); {
		last = at
		at += len(g.Value())
	}
	return last
}

func (e *Editor) after() int {
	g := displaywidth.StringGraphemes(e.text[e.at:])
	if !g.Next() {
		return e.at
	}
	return e.at + len(g.Value())
}

func (e *Editor) wordBefore() int {
	head := strings.TrimRightFunc(e.text[:e.at], unicode.IsSpace)
	i := strings.LastIndexFunc(head, unicode.IsSpace)
	if i < 0 {
		return 0
	}
	_, size := utf8.DecodeRuneInString(head[i:])
	return i + size
}

func (e *Editor) wordAfter() int {
	tail := e.text[e.at:]
	word := strings.TrimLeftFunc(tail, unicode.IsSpace)
	i := strings.IndexFunc(word, unicode.IsSpace)
	if i < 0 {
		return len(e.text)
	}
	return e.at + len(tail) - len(word) + i
}

func (e *Editor) remember(line string) {
	if strings.TrimSpace(line) == "" || len(e.history) > 0 && e.history[len(e.history)-1] == line {
		return
	}
	e.history = append(e.history, line)
	if len(e.history) > maxHistory {
		e.history = e.history[1:]
	}
}

// back goes back by a number of lines in the history.
func (e *Editor) back(by int) {
	to := e.past + by
	if to < 0 || to > len(e.history) {
		return
	}
	if e.past == 0 {
		e.draft = e.text
	}
	text := e.draft
	if to > 0 {
		text = e.history[len(e.history)-to]
	}
	e.Set(text)
	e.past = to
}
