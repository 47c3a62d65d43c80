package engine

import (
	"cmp"
	"encoding/binary"
	"fmt"
)

// The transcript is most of a state, so it is not written as JSON: a number for
// how many messages there are, then each one's fields, texts by their length.

const (
	flagPublic = 1 << iota
	flagData
	flagCopy
)

func appendMessages(b []byte, list []message) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for i := range list {
		m := &list[i]
		b = binary.AppendUvarint(b, m.seq)
		b = binary.AppendUvarint(b, uint64(max(0, m.turn))) //nolint:gosec // not below 0
		flags := uint64(0)
		if m.public {
			flags |= flagPublic
		}
		if m.data {
			flags |= flagData
		}
		if m.copied != "" {
			flags |= flagCopy
		}
		b = binary.AppendUvarint(b, flags)
		for _, text := range [...]string{m.sender, m.receiver, m.role, m.content} {
			b = appendText(b, text)
		}
		if m.copied != "" {
			b = appendText(b, m.copied)
		}
	}
	return b
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// messageReader reads what appendMessages wrote. After a fault it gives zeros.
type messageReader struct {
	bytes []byte
	text  string // of the same bytes
	at    int
	bad   bool
}

func readMessages(b []byte) ([]message, error) {
	r := &messageReader{bytes: b, text: string(b)}
	n := r.number()
	if n > uint64(len(b)) {
		return nil, fmt.Errorf("%w: its messages are damaged", errSnapshot)
	}
	list := make([]message, n)
	for i := range list {
		m := &list[i]
		m.seq, m.turn = r.number(), int(r.number()) //nolint:gosec // as it was written
		flags := r.number()
		m.public, m.data = flags&flagPublic != 0, flags&flagData != 0
		m.sender, m.receiver, m.role, m.content = r.string(), r.string(), r.string(), r.string()
		if flags&flagCopy != 0 {
			m.copied = r.string()
		}
		m.tagged, m.person, m.tokens = tag(cmp.Or(m.copied, m.sender), m.content), m.role == "user", estimate(len(m.content))
	}
	if r.bad || r.at != len(b) {
		return nil, fmt.Errorf("%w: its messages are damaged", errSnapshot)
	}
	return list, nil
}

func (r *messageReader) number() uint64 {
	v, n := binary.Uvarint(r.bytes[r.at:])
	if n <= 0 {
		r.bad, r.at = true, len(r.bytes)
		return 0
	}
	r.at += n
	return v
}

func (r *messageReader) string() string {
	n := r.number()
	if n > uint64(len(r.bytes)-r.at) { //nolint:gosec // at is within bytes
		r.bad, r.at = true, len(r.bytes)
		return ""
	}
	from := r.at
	r.at += int(n) //nolint:gosec // at most len(bytes)
	return r.text[from:r.at]
}
