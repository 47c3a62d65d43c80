package specs

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestProbes finds what expressions compare with, and what they ask of contents.
func TestProbes(t *testing.T) {
	for _, tt := range []struct {
		text     string
		texts    []string
		numbers  []float64
		contents int
		whole    bool
	}{
		{"turns > 3", nil, []float64{3}, 0, false},
		{"last.content == 'FOUND'", []string{"FOUND"}, nil, 1, false},
		{"lower(last.content) contains 'done' or not (first.content startsWith 'a')", []string{"done", "a"}, nil, 2, false},
		{"any(messages, #.content endsWith 'x' and #.agent == 'critic')", []string{"x", "critic"}, nil, 1, false},
		{"last.content matches '(?i)^do(ne|it)+[.!]'", []string{"DONE!"}, nil, 1, false},
		{"len(last.content) > 10", nil, []float64{10}, 0, true},
		{"last.content in ['yes', 'no']", []string{"yes", "no"}, nil, 0, true},
		{"last.content + 'x' == 'ax'", []string{"x", "ax"}, nil, 0, true},
		{"last.content == first.content", nil, nil, 0, true},
		{"messages[0] == messages[1]", nil, []float64{0, 1}, 0, true},
		{"last.content contains var.word", []string{"AGREE"}, nil, 1, false},
		{"data.critic.score >= 8", nil, []float64{8}, 0, false},
		{"last.exists and last.agent == 'critic'", []string{"critic"}, nil, 0, false},
		{"let m = last; m.content == 'a'", []string{"a"}, nil, 1, false},
		{"let m = last.content; m == 'a'", []string{"a"}, nil, 0, true},
	} {
		e, ds := compileExpr(plainSource(tt.text), wantBool, testScope())
		if len(ds) > 0 {
			t.Errorf("%s: %v", tt.text, ds)
			continue
		}
		p := e.Probes()
		if diff := cmp.Diff(tt.texts, p.Texts); diff != "" {
			t.Errorf("%s: texts: %s", tt.text, diff)
		}
		if diff := cmp.Diff(tt.numbers, p.Numbers); diff != "" {
			t.Errorf("%s: numbers: %s", tt.text, diff)
		}
		if len(p.Contents) != tt.contents || p.Whole != tt.whole {
			t.Errorf("%s: got %d questions, whole: %t", tt.text, len(p.Contents), p.Whole)
		}
	}
}

// TestTextTest asks of texts what expressions ask.
func TestTextTest(t *testing.T) {
	for _, tt := range []struct {
		text, yes, no string
	}{
		{"last.content == 'a'", "a", "b"},
		{"lower(last.content) == 'a'", "A", "b"},
		{"upper(last.content) contains 'A'", "xa", "b"},
		{"trim(last.content) startsWith 'a'", "  ab", "b"},
		{"last.content endsWith 'a'", "ba", "ab"},
		{"last.content matches '^a+$'", "aa", "b"},
	} {
		e, ds := compileExpr(plainSource(tt.text), wantBool, testScope())
		if len(ds) > 0 {
			t.Fatal(ds)
		}
		q := &e.Probes().Contents[0]
		if !q.Of(tt.yes) || q.Of(tt.no) {
			t.Errorf("%s: got %t of %q and %t of %q", tt.text, q.Of(tt.yes), tt.yes, q.Of(tt.no), tt.no)
		}
		for _, text := range []string{tt.yes, tt.no} { // as the expression itself says
			ok, err := e.Bool(&Env{Last: EnvMessage{Exists: true, Content: text}})
			if err != nil || ok != q.Of(text) {
				t.Errorf("%s of %q: got %t, %v", tt.text, text, ok, err)
			}
		}
	}
}
