package main

import (
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
)

func TestTable(t *testing.T) {
	for _, tt := range []struct {
		name   string
		titles []string
		rows   [][]string
		want   string
	}{
		{"titles", []string{"A", "LONGER", ""}, [][]string{{"1", "2", ""}, {"", "", "x"}}, "A  LONGER\n1  2\n-  -       x\n"},
		{"none", nil, [][]string{{"a", "b"}, {"long", ""}}, "a     b\nlong\n"},
		{"wide", []string{"N", "M"}, [][]string{{"日本", "x"}, {"a", "y"}}, "N     M\n日本  x\na     y\n"},
		{"unclean", []string{"N"}, [][]string{{"a\x1b[31m\nb"}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows := newTable(tt.titles...)
			for _, r := range tt.rows {
				rows.add(r...)
			}
			var out strings.Builder
			if err := rows.write(&out, screen.Theme{}); err != nil {
				t.Fatal(err)
			}
			if tt.want == "" {
				if got := out.String(); strings.ContainsRune(got, '\x1b') || strings.Count(got, "\n") != 2 {
					t.Errorf("got %q, want one clean line below the title", got)
				}
			} else if out.String() != tt.want {
				t.Errorf("got\n%s\nwant\n%s", out.String(), tt.want)
			}
		})
	}
}

func TestBytesText(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 9_999: "9999 bytes", 10_000: "10 kB", 12_345_678: "12.3 MB", 45_600_000_000: "45.6 GB"} {
		if got := bytesText(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

// A condition shows how far its parts are, with the values that they see.
func TestExplanation(t *testing.T) {
	e := explainer{}
	e.outcome(&engine.Explanation{Waiting: "ann is asked", Turns: 1, Calls: 2})
	e.list("limits", []engine.Progress{{Address: "limits.max_turns", Text: "limits.max_turns: 3 of 4", Value: "3", Bound: "4", Fraction: 0.75}})
	e.list("conditions", []engine.Progress{{
		Address: "stop.both", Text: "stop.both: all of", Fraction: 0.5,
		Parts: []engine.Progress{{Address: "stop.a", Text: "stop.a: turns > 1", Holds: true, Seen: []engine.Seen{{Name: "turns", Value: "3"}}}},
	}})
	want := `It goes on: ann is asked
1 turn, 2 calls, 0 tokens in, 0 out

limits
  limits.max_turns  3 of 4   75 %

conditions
  stop.both  all of      50 %
    stop.a   turns > 1  reached
      turns  = 3
`
	if got := e.out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
