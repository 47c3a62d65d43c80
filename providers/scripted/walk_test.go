package scripted_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
)

// from asks as an agent with an input.
func from(agent, input string) *providers.Request {
	return &providers.Request{Model: "scripted", Agent: agent, Messages: []providers.Message{{Role: providers.User, Content: input}}}
}

// heard is a condition on the last message.
func heard(word string) scripted.When {
	return func(req *providers.Request, _ int) (bool, error) {
		return strings.Contains(req.Messages[len(req.Messages)-1].Content, word), nil
	}
}

func onCall(n int) scripted.When {
	return func(_ *providers.Request, call int) (bool, error) { return call == n, nil }
}

// outcome is what a call came to: its text, or the kind of its error.
func outcome(t *testing.T, m providers.Model, req *providers.Request) string {
	t.Helper()
	r := providertest.Collect(t, m.Stream(t.Context(), req))
	switch {
	case r.Err != nil:
		return r.Text + "!" + string(providers.KindOf(r.Err))
	case r.Last.Simulated:
		return "(composed)"
	default:
		return r.Text
	}
}

func TestWhichReply(t *testing.T) {
	plain := func(text string) scripted.Reply { return scripted.Reply{Content: text} }
	tests := []struct {
		name    string
		replies []scripted.Reply
		fails   []scripted.Fail
		lenient bool
		asks    []string // agent: input
		want    []string
	}{
		{
			name:    "in order, each once",
			replies: []scripted.Reply{plain("1"), plain("2")},
			asks:    []string{"a:", "b:", "a:"},
			want:    []string{"1", "2", "!no_reply"},
		},
		{
			name:    "times",
			replies: []scripted.Reply{{Content: "1", Times: 2}, plain("2")},
			asks:    []string{"a:", "a:", "a:"},
			want:    []string{"1", "1", "2"},
		},
		{
			name:    "conditions come first and may hold again",
			replies: []scripted.Reply{plain("1"), {Content: "x", When: heard("x")}, plain("2")},
			asks:    []string{"a:x", "a:", "a:x", "a:x", "a:"},
			want:    []string{"x", "1", "x", "x", "2"},
		},
		{
			name:    "the first condition that holds",
			replies: []scripted.Reply{{Content: "xy", When: heard("xy")}, {Content: "x", When: heard("x")}},
			asks:    []string{"a:x", "a:xy"},
			want:    []string{"x", "xy"},
		},
		{
			name:    "a condition with times",
			replies: []scripted.Reply{{Content: "x", When: heard("x"), Times: 1}, plain("1")},
			asks:    []string{"a:x", "a:x", "a:x"},
			want:    []string{"x", "1", "!no_reply"},
		},
		{
			name:    "replies for one agent",
			replies: []scripted.Reply{{Content: "b1", Agent: "b"}, {Content: "bx", Agent: "b", When: heard("x")}, plain("1")},
			asks:    []string{"a:x", "b:x", "b:", "b:"},
			want:    []string{"1", "bx", "b1", "!no_reply"},
		},
		{
			name:    "nothing left is composed",
			replies: []scripted.Reply{plain("1")},
			lenient: true,
			asks:    []string{"a:", "a:"},
			want:    []string{"1", "(composed)"},
		},
		{
			name:    "a call fails",
			replies: []scripted.Reply{plain("1"), plain("2")},
			fails:   []scripted.Fail{{Call: 2, Kind: providers.RateLimited}},
			asks:    []string{"a:", "a:", "a:"},
			want:    []string{"1", "!rate_limit", "2"},
		},
		{
			name:    "calls fail in a row",
			replies: []scripted.Reply{plain("1")},
			fails:   []scripted.Fail{{Call: 1, Times: 2}},
			asks:    []string{"a:", "a:", "a:"},
			want:    []string{"!overloaded", "!overloaded", "1"},
		},
		{
			name:    "failures have conditions",
			replies: []scripted.Reply{{Content: "1", Times: 9}},
			fails:   []scripted.Fail{{When: heard("x"), Kind: providers.Refused, Times: 1}, {When: onCall(3), Kind: providers.Overloaded}},
			asks:    []string{"a:x", "a:x", "a:", "a:"},
			want:    []string{"!refusal", "1", "!overloaded", "1"},
		},
		{
			name:  "failures without bound",
			fails: []scripted.Fail{{}},
			asks:  []string{"a:", "a:"},
			want:  []string{"!overloaded", "!overloaded"},
		},
		{
			name:    "failures with times alone",
			replies: []scripted.Reply{plain("1")},
			fails:   []scripted.Fail{{Times: 2}},
			asks:    []string{"a:", "a:", "a:"},
			want:    []string{"!overloaded", "!overloaded", "1"},
		},
		{
			name:    "a cut reply is still there",
			replies: []scripted.Reply{plain("Ten bytes.")},
			fails:   []scripted.Fail{{Call: 1, Kind: providers.Cut}},
			asks:    []string{"a:", "a:"},
			want:    []string{"Ten b!cut", "Ten bytes."},
		},
		{
			name:    "failed calls count",
			replies: []scripted.Reply{{Content: "second", When: onCall(2)}, plain("1")},
			fails:   []scripted.Fail{{Call: 1}},
			asks:    []string{"a:", "a:"},
			want:    []string{"!overloaded", "second"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := scripted.New(scripted.Config{Name: "script", Strict: !tt.lenient, Replies: tt.replies, Fails: tt.fails})
			var got []string
			for _, a := range tt.asks {
				agent, input, _ := strings.Cut(a, ":")
				got = append(got, outcome(t, m, from(agent, input)))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Calls made at once get their replies in the order of the calls.
func TestChosenWhenCalled(t *testing.T) {
	m := scripted.New(scripted.Config{Strict: true, Replies: []scripted.Reply{{Content: "1"}, {Content: "2"}, {Content: "3"}}})
	first, _, third := m.Stream(t.Context(), from("a", "")), m.Stream(t.Context(), from("b", "")), m.Stream(t.Context(), from("c", ""))
	if r := providertest.Collect(t, third); r.Text != "3" {
		t.Errorf("third call: got %q, want %q", r.Text, "3")
	}
	if r := providertest.Collect(t, first); r.Text != "1" {
		t.Errorf("first call: got %q, want %q", r.Text, "1")
	}
}

// A session that is resumed from its marks at any call goes on as it would
// have, whatever the script and whatever happened.
func TestResumeProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		script := scripted.New(drawConfig(rt))
		live := script.ForSession(nil)
		var marks []string
		for i := range rapid.IntRange(1, 20).Draw(rt, "calls") {
			req := from(rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "agent"), rapid.SampledFrom([]string{"", "x", "xy"}).Draw(rt, "input"))
			want := providertest.Collect(t, live.Stream(t.Context(), req))
			got := providertest.Collect(t, script.ForSession(marks).Stream(t.Context(), req))
			if got.Text != want.Text || got.Mark() != want.Mark() || fmt.Sprint(got.Err) != fmt.Sprint(want.Err) {
				rt.Fatalf("call %d after %q: got %q (mark %q, error %v), want %q (mark %q, error %v)",
					i+1, marks, got.Text, got.Mark(), got.Err, want.Text, want.Mark(), want.Err)
			}
			if want.Mark() == "" {
				rt.Fatalf("call %d: got no mark", i+1)
			}
			marks = append(marks, want.Mark())
		}
	})
}

func drawConfig(t *rapid.T) scripted.Config {
	when := rapid.SampledFrom([]scripted.When{nil, nil, heard("x"), heard("xy"), onCall(3)})
	cfg := scripted.Config{Name: "script", Strict: rapid.Bool().Draw(t, "strict")}
	for i := range rapid.IntRange(0, 6).Draw(t, "replies") {
		cfg.Replies = append(cfg.Replies, scripted.Reply{
			Content: fmt.Sprintf("Reply number %d.", i),
			Agent:   rapid.SampledFrom([]string{"", "", "a"}).Draw(t, "for"),
			When:    when.Draw(t, "when"),
			Times:   rapid.IntRange(0, 3).Draw(t, "times"),
			Fail:    rapid.SampledFrom([]providers.Kind{"", "", "", providers.Cut, providers.RateLimited}).Draw(t, "how it fails"),
		})
	}
	for range rapid.IntRange(0, 3).Draw(t, "fails") {
		cfg.Fails = append(cfg.Fails, scripted.Fail{
			Call:  rapid.IntRange(0, 8).Draw(t, "call"),
			When:  when.Draw(t, "fail when"),
			Times: rapid.IntRange(0, 2).Draw(t, "fail times"),
			Kind:  rapid.SampledFrom([]providers.Kind{"", providers.Cut, providers.RateLimited}).Draw(t, "kind"),
		})
	}
	return cfg
}

func TestConditionFails(t *testing.T) {
	broken := errors.New("no such name")
	m := scripted.New(scripted.Config{Name: "script", Replies: []scripted.Reply{
		{Content: "1"},
		{Label: "scenario.hcl:12", When: func(_ *providers.Request, call int) (bool, error) {
			if call == 1 {
				return false, broken
			}
			return false, nil
		}},
	}})
	r := providertest.Collect(t, m.Stream(t.Context(), from("a", "")))
	want := `provider "script": other: scenario.hcl:12: the condition cannot be evaluated at call 1: no such name`
	if !errors.Is(r.Err, broken) || r.Err.Error() != want {
		t.Errorf("got error %q, want %q", r.Err, want)
	}
	if got := outcome(t, m, from("a", "")); got != "1" {
		t.Errorf("next call: got %q, want the first reply: a broken condition uses nothing up", got)
	}
}
