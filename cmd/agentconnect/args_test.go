package main

import (
	"slices"
	"strings"
	"testing"
)

func rewritten(args ...string) []string {
	return longFlags(newRoot(&app{con: &stdio{}}), args)
}

func TestLongFlags(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"run talk.hcl", "run talk.hcl"},
		{"run -json talk.hcl", "run --json talk.hcl"},
		{"run --json talk.hcl", "run --json talk.hcl"},
		{"run talk.hcl -var a=b -var-file x", "run talk.hcl --var a=b --var-file x"},
		{"run talk.hcl -var=a=-b", "run talk.hcl --var=a=-b"},
		{"run -input -json talk.hcl", "run --input -json talk.hcl"}, // a value stays
		{"run --input -json -json", "run --input -json --json"},
		{"run -max-turns -5 talk.hcl", "run --max-turns -5 talk.hcl"},
		{"run -h", "run -h"},
		{"run -help", "run --help"},
		{"run -input -", "run --input -"},
		{"run -- -json", "run -- -json"},
		{"run -unknown", "run --unknown"},
		{"-no-color run -record", "--no-color run --record"},
		{"", ""},
	} {
		if got := strings.Join(rewritten(strings.Fields(tt.args)...), " "); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.args, got, tt.want)
		}
	}
}

// Rewriting changes leading dashes alone, and doing it twice changes nothing.
func FuzzLongFlags(f *testing.F) {
	f.Add("run\x00-json\x00-var\x00a=b")
	f.Add("-\x00--\x00---\x00-=\x00--=x")
	f.Add("run\x00-var\x00--\x00-json")
	f.Fuzz(func(t *testing.T, joined string) {
		args := strings.Split(joined, "\x00")
		got := rewritten(args...)
		if len(got) != len(args) {
			t.Fatalf("%q: got %d arguments, want %d", args, len(got), len(args))
		}
		for i := range got {
			if strings.TrimLeft(got[i], "-") != strings.TrimLeft(args[i], "-") {
				t.Fatalf("%q became %q", args[i], got[i])
			}
		}
		if again := rewritten(got...); !slices.Equal(again, got) {
			t.Fatalf("%q, then %q", got, again)
		}
	})
}
