package lsp

import (
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

// Positions are what counting characters one by one gives, in every encoding,
// and lead back to where they came from.
func TestPositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"a", "é", "🌊", "\n", "\r\n", "\r", " ", "日"})).Draw(t, "content"), "")
		inBytes := rapid.Bool().Draw(t, "bytes")
		text := newText([]byte(content), inBytes)
		line, character := 0, 0
		for i, r := range content {
			if i > 0 && (content[i-1] == '\n' || content[i-1] == '\r' && r != '\n') {
				line, character = line+1, 0
			}
			if got := text.position(i); got != (position{line, character}) {
				t.Fatalf("byte %d of %q: got %v, want line %d, character %d", i, content, got, line, character)
			}
			ended := r == '\n' && i > 0 && content[i-1] == '\r' // within the end of a line
			if got := text.offset(position{line, character}); got != i && !ended {
				t.Fatalf("line %d, character %d of %q: got byte %d, want %d", line, character, content, got, i)
			}
			if inBytes {
				character += len(string(r))
			} else {
				character += len(utf16.Encode([]rune{r}))
			}
		}
		if got := text.offset(position{line + 1, 7}); got != len(content) && !strings.HasSuffix(content, "\n") && !strings.HasSuffix(content, "\r") {
			t.Fatalf("beyond the end of %q: got byte %d", content, got)
		}
	})
}

// A change of a range is a change of the bytes that it covers.
func TestChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "é", "🌊", "\n", "x = 1"}), 0, 20)
		text := newText([]byte(strings.Join(words.Draw(t, "content"), "")), rapid.Bool().Draw(t, "bytes"))
		for range 5 {
			before := string(text.bytes)
			starts := []int{len(before)}
			for i := range before {
				starts = append(starts, i)
			}
			from, to := rapid.SampledFrom(starts).Draw(t, "from"), rapid.SampledFrom(starts).Draw(t, "to")
			from, to = min(from, to), max(from, to)
			with := strings.Join(words.Draw(t, "with"), "")
			r := text.span(from, to)
			text = text.with(change{&r, with})
			if want := before[:from] + with + before[to:]; string(text.bytes) != want {
				t.Fatalf("got %q, want %q", text.bytes, want)
			}
		}
		if got := string(text.with(change{Text: "new"}).bytes); got != "new" {
			t.Fatalf("got %q for the whole text", got)
		}
	})
}

func TestPathsAndURIs(t *testing.T) {
	for uri, want := range map[string]string{
		"file:///a/b%20c/d.hcl": "/a/b c/d.hcl", "file:///a/%F0%9F%8C%8A.hcl": "/a/🌊.hcl", "untitled:Untitled-1": "/.agentconnect-unsaved/untitled/Untitled-1.hcl",
		"vscode-vfs://host/x/../y.hcl": "/.agentconnect-unsaved/vscode-vfs/y.hcl", "untitled:/../../etc/passwd": "/.agentconnect-unsaved/untitled/passwd.hcl",
	} {
		if got := pathOf(uri); got != want {
			t.Errorf("%s: got %s, want %s", uri, got, want)
		}
	}
	for _, name := range []string{"/a/b c/d.hcl", "/a/🌊#?.hcl", "/100%.hcl"} {
		if got := pathOf(uriOf(name)); got != name {
			t.Errorf("%s: got %s back", name, got)
		}
	}
}
