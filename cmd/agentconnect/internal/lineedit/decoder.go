package lineedit

import (
	"bytes"
	"unicode/utf8"
)

// Code names a key.
type Code int

// The keys that mean something.
const (
	Text Code = iota // characters, see Key.Text
	Enter
	Break // a line break within the line
	Backspace
	Delete
	Left
	Right
	WordLeft
	WordRight
	Home
	End
	Up
	Down
	KillWord
	KillStart
	KillEnd
	Redraw
	Interrupt // Ctrl-C
	EndOfInput
)

// Key is a key that was pressed, or a text that was pasted.
type Key struct {
	Code Code
	Text string
}

// Bounds of what the terminal may send.
const (
	maxPaste    = 256 << 10 // bytes
	maxSequence = 64        // bytes of one escape sequence
)

// Decoder turns bytes into keys. Its zero value is ready.
type Decoder struct {
	rest    []byte // the beginning of a sequence
	pasting bool
	pasted  []byte
}

// Decode takes the next bytes and gives the keys that are complete.
func (d *Decoder) Decode(b []byte) []Key {
	d.rest = append(d.rest, b...)
	var keys []Key
	for len(d.rest) > 0 {
		key, n, ok := d.next()
		if n == 0 {
			break // the rest comes later
		}
		d.rest = d.rest[n:]
		if ok {
			keys = append(keys, key)
		}
	}
	d.rest = bytes.Clone(d.rest)
	return keys
}

// next reads one key; n is 0 when it is not complete.
func (d *Decoder) next() (key Key, n int, ok bool) {
	if d.pasting {
		return d.paste()
	}
	c := d.rest[0]
	switch {
	case c == 0x1b:
		return d.escape()
	case c < 0x20 || c == 0x7f:
		code, ok := control(c)
		return Key{Code: code}, 1, ok
	case c >= utf8.RuneSelf && !utf8.FullRune(d.rest):
		return Key{}, 0, false
	}
	r, n := utf8.DecodeRune(d.rest)
	return Key{Text: string(r)}, n, r != utf8.RuneError
}

func control(c byte) (Code, bool) {
	switch c {
	case '\r':
		return Enter, true
	case '\n':
		return Break, true
	case 0x7f, 0x08:
		return Backspace, true
	case 0x01:
		return Home, true
	case 0x02:
		return Left, true
	case 0x03:
		return Interrupt, true
	case 0x04:
		return EndOfInput, true
	case 0x05:
		return End, true
	case 0x06:
		return Right, true
	case 0x0b:
		return KillEnd, true
	case 0x0c:
		return Redraw, true
	case 0x0e:
		return Down, true
	case 0x10:
		return Up, true
	case 0x15:
		return KillStart, true
	case 0x17:
		return KillWord, true
	default:
		return 0, false
	}
}

// escape reads a sequence that begins with ESC.
func (d *Decoder) escape() (Key, int, bool) {
	if len(d.rest) < 2 {
		return Key{}, 0, false
	}
	switch c := d.rest[1]; c {
	case '[', 'O':
		return d.sequence()
	case '\r', '\n':
		return Key{Code: Break}, 2, true
	case 'b':
		return Key{Code: WordLeft}, 2, true
	case 'f':
		return Key{Code: WordRight}, 2, true
	case 0x7f, 0x08:
		return Key{Code: KillWord}, 2, true
	default:
		return Key{}, 1, false // ESC alone means nothing
	}
}

// sequence reads ESC [ … or ESC O …, up to its last byte.
func (d *Decoder) sequence() (Key, int, bool) {
	for i := 2; i < len(d.rest); i++ {
		c := d.rest[i]
		if c < 0x20 || c > 0x7e || i > maxSequence {
			return Key{}, i, false // broken off
		}
		if c >= 0x40 {
			return d.named(string(d.rest[2:i+1]), i+1)
		}
	}
	return Key{}, 0, false
}

func (d *Decoder) named(name string, n int) (Key, int, bool) {
	code := Code(-1)
	switch name {
	case "A":
		code = Up
	case "B":
		code = Down
	case "C":
		code = Right
	case "D":
		code = Left
	case "H", "1~", "7~":
		code = Home
	case "F", "4~", "8~":
		code = End
	case "3~":
		code = Delete
	case "1;5C", "1;3C":
		code = WordRight
	case "1;5D", "1;3D":
		code = WordLeft
	case "13;2u", "27;2;13~":
		code = Break // shift-enter, where terminals tell it
	case "200~":
		d.pasting, d.pasted = true, nil
	}
	return Key{Code: code}, n, code >= 0
}

// paste reads pasted text up to its end; what is over the bound is dropped.
func (d *Decoder) paste() (Key, int, bool) {
	const end = "\x1b[201~"
	i := bytes.Index(d.rest, []byte(end))
	n := i
	if i < 0 {
		n = max(len(d.rest)-len(end)+1, 0) // the end may have begun
	}
	room := min(n, maxPaste-len(d.pasted))
	d.pasted = append(d.pasted, d.rest[:room]...)
	if i < 0 {
		return Key{}, n, false
	}
	d.pasting = false
	text := bytes.ReplaceAll(bytes.ReplaceAll(d.pasted, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	d.pasted = nil
	return Key{Text: string(bytes.ToValidUTF8(text, nil))}, n + len(end), true
}
