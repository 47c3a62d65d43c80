package hcllang

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// What is remembered of blocks is what the library says of the whole text.
func TestMemo(t *testing.T) {
	names, err := filepath.Glob("../../../../../examples/*/main.hcl")
	if err != nil || len(names) == 0 {
		t.Fatalf("got %d examples and %v", len(names), err)
	}
	pieces := []string{"a", "\n", "{", "}", "\"", "max_tokens = 3\n", "agent \"n\" {\n  sees = \"all\"\n}\n", " ", "# ü\n", "x = true\n", "\n}\n"}
	draw := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same texts each time
	l := New(specs.Language(), &specs.Lexed{})
	for _, name := range names[:min(len(names), 8)] {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fresh := text
		for range 6 {
			compare(t, l, text)
			at := draw.IntN(len(text))
			if text = slices.Concat(text[:at], []byte(pieces[draw.IntN(len(pieces))]), text[at:]); draw.IntN(3) == 0 {
				text = fresh
			}
		}
	}
	if l.tokens.Len() == 0 || l.symbols.Len() == 0 {
		t.Error("nothing was remembered")
	}
}

// compare asks who remembers and who does not.
func compare(t *testing.T, l *Language, text []byte) {
	t.Helper()
	alone := New(specs.Language(), nil)
	got, err := l.Tokens(t.Context(), "a.hcl", text)
	want, err2 := alone.Tokens(t.Context(), "a.hcl", text)
	if !reflect.DeepEqual(got, want) || (err == nil) != (err2 == nil) {
		t.Fatalf("got tokens %v (%v), want %v (%v), for %q", got, err, want, err2, text)
	}
	found, err := l.Symbols("a.hcl", text)
	wanted, err2 := alone.Symbols("a.hcl", text)
	if !reflect.DeepEqual(found, wanted) || (err == nil) != (err2 == nil) {
		t.Fatalf("got symbols %v (%v), want %v (%v), for %q", found, err, wanted, err2, text)
	}
}
