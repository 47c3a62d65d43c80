package lineedit

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// typed feeds bytes to a decoder and its keys to an editor.
func typed(e *Editor, d *Decoder, text string) (lines []string) {
	for _, k := range d.Decode([]byte(text)) {
		if line, ok := e.Type(k); ok {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestEditing(t *testing.T) {
	for _, tt := range []struct{ name, keys, want string }{
		{"text", "héllo 日本", "héllo 日本"},
		{"backspace takes a character", "a👩‍🔬\x7f\x7fb", "b"},
		{"left, insert", "ac\x1b[Db", "abc"},
		{"home and end", "b\x01a\x05c", "abc"},
		{"home and end as keys", "b\x1b[Ha\x1bOFc", "abc"},
		{"delete", "abc\x1b[H\x1b[3~", "bc"},
		{"ctrl-d deletes", "abc\x01\x04", "bc"},
		{"word back", "one two\x17three", "one three"},
		{"words", "one two\x1bb\x1bbX\x1bfY", "XoneY two"},
		{"ctrl-arrows", "one two\x1b[1;5DX", "one Xtwo"},
		{"kill", "one two\x1b[D\x1b[D\x0b\x01\x15", "one t"},
		{"line breaks", "a\x1b\rb\nc", "a\nb\nc"},
		{"paste", "\x1b[200~a\r\nb\x03\x1b[201~", "a\nb\x03"},
		{"unknown sequences", "a\x1b[99;7Xb\x1bZ\x00\x1b[", "abZ"},
		{"broken UTF-8", "a\xff\xfeb", "ab"},
		{"nothing to delete", "\x7f\x1b[3~\x17\x1b[D\x1b[Ca", "a"},
	} {
		var e Editor
		var d Decoder
		typed(&e, &d, tt.keys)
		if e.Text() != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, e.Text(), tt.want)
		}
		var slow Editor // byte by byte it comes out the same
		d = Decoder{}
		for i := range len(tt.keys) {
			typed(&slow, &d, tt.keys[i:i+1])
		}
		if slow.Text() != tt.want {
			t.Errorf("%s, byte by byte: got %q, want %q", tt.name, slow.Text(), tt.want)
		}
	}
}

func TestHistory(t *testing.T) {
	var e Editor
	var d Decoder
	lines := typed(&e, &d, "one\rtwo\rtwo\r \r\r")
	if strings.Join(lines, "|") != "one|two|two| |" {
		t.Fatalf("got lines %q", lines)
	}
	for _, tt := range []struct{ keys, want string }{
		{"dra", "dra"},
		{"\x1b[A", "two"},
		{"\x1b[A", "one"},
		{"\x1b[A", "one"},
		{"\x1b[B\x1b[B", "dra"}, // the draft comes back
		{"\x1b[B", "dra"},
		{"\x10\x10!\r", ""},
		{"\x1b[A", "one!"},
	} {
		typed(&e, &d, tt.keys)
		if e.Text() != tt.want {
			t.Errorf("after %q: got %q, want %q", tt.keys, e.Text(), tt.want)
		}
	}
	for range 2 * maxHistory {
		typed(&e, &d, "x\ry\r")
	}
	if len(e.history) != maxHistory {
		t.Errorf("got a history of %d lines, want %d", len(e.history), maxHistory)
	}
}

func TestBounds(t *testing.T) {
	var e Editor
	var d Decoder
	typed(&e, &d, "\x1b[200~"+strings.Repeat("x", maxPaste+10)+"\x1b[201~y")
	if len(e.Text()) != maxLine {
		t.Errorf("got %d bytes, want at most %d", len(e.Text()), maxLine)
	}
	e.Set("")
	typed(&e, &d, "\x1b["+strings.Repeat("1;", 1000)+"Az")
	if len(d.rest) > maxSequence+2 || !strings.HasSuffix(e.Text(), "z") {
		t.Errorf("got %d bytes waiting and %q", len(d.rest), e.Text())
	}
}

func TestView(t *testing.T) {
	for _, tt := range []struct {
		text        string
		keys        string
		rows        string
		row, column int
	}{
		{"", "", "> ", 0, 2},
		{"abc", "", "> abc", 0, 5},
		{"abc", "\x01", "> abc", 0, 2},
		{"日本語", "\x1b[D", "> 日本語", 0, 6},
		{"12345678", "", "> 12345678|", 1, 0},
		{"123456789", "", "> 12345678|9", 1, 1},
		{"a\nb", "", "> a|b", 1, 1},
		{"a\tb", "", "> a·b", 0, 5},
	} {
		var e Editor
		var d Decoder
		e.Set(tt.text)
		typed(&e, &d, tt.keys)
		rows, row, column := e.View("> ", 10)
		if got := strings.Join(rows, "|"); got != tt.rows || row != tt.row || column != tt.column {
			t.Errorf("%q: got %q with the caret at %d, %d; want %q at %d, %d", tt.text, got, row, column, tt.rows, tt.row, tt.column)
		}
	}
}

// Whatever a terminal sends, the line is valid text and the caret is in it.
func FuzzTyping(f *testing.F) {
	f.Add([]byte("a\x1b[D\x7f\r\x1b[A"), 12)
	f.Add([]byte("\x1b[200~x\x1b[201"), 3)
	f.Add([]byte("\x1b\x1b[\xf0\x9f\x91"), 80)
	f.Fuzz(func(t *testing.T, sent []byte, width int) {
		if len(sent) > 2048 {
			t.Skip("each step looks at the whole line")
		}
		var e Editor
		var d Decoder
		for len(sent) > 0 {
			n := min(len(sent), 7)
			typed(&e, &d, string(sent[:n]))
			sent = sent[n:]
			if !utf8.ValidString(e.Text()) || e.at < 0 || e.at > len(e.Text()) || !utf8.ValidString(e.Text()[:e.at]) {
				t.Fatalf("got %q with the caret at %d", e.Text(), e.at)
			}
			rows, row, column := e.View("> ", width%200)
			if row < 0 || row >= len(rows) || column < 0 {
				t.Fatalf("the caret is at %d, %d of %d rows", row, column, len(rows))
			}
		}
	})
}
