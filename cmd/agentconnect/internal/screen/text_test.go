package screen

import (
	"io"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/clipperhouse/displaywidth"
	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain\ntext":              "plain\ntext",
		"a\tb\r\nc\rd":             "a    b\nc␍d",
		"\x1b[31m\x07\x7f\x9b":     "␛[31m␇␡\uFFFD",
		"\u009b\u202e\u200b\ufeff": "<U+009B><U+202E><U+200B><U+FEFF>",
		"👩\u200d🔬":                 "👩\u200d🔬",
		"\xff":                     "\uFFFD",
	} {
		if got := Clean(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := Line("a\nb"); got != "a b" {
		t.Errorf("got %q, want one line", got)
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		text  string
		width int
		want  string
	}{
		{"one two three", 7, "one two|three"},
		{"one two three", 8, "one two|three"},
		{"one  two", 4, "one|two"},
		{"abcdefghij", 4, "abcd|efgh|ij"},
		{"ab abcdefghij", 4, "ab|abcd|efgh|ij"},
		{"日本語テキスト", 5, "日本|語テ|キス|ト"},
		{"a\n\nb\n", 10, "a||b|"},
		{"  indented code", 12, "  indented|code"},
		{"", 5, ""},
		{"word", 0, "w|o|r|d"},
	} {
		if got := strings.ReplaceAll(Wrap(tt.text, "", tt.width), "\n", "|"); got != tt.want {
			t.Errorf("%q in %d: got %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
	if got := Wrap("one two\n\nthree", "  ", 6); got != "  one\n  two\n\n  thre\n  e" {
		t.Errorf("got %q", got)
	}
}

// Rows fit, nothing but spaces and line breaks is lost, and rows that are
// complete stay.
func TestRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab  \n日é👩-"))).Draw(t, "text")
		more := rapid.StringOf(rapid.SampledFrom([]rune("ab  \n日-"))).Draw(t, "more")
		width := rapid.IntRange(2, 12).Draw(t, "width")
		rows := rowsOf(text, width)
		var kept strings.Builder
		for _, r := range rows {
			line := text[r.from:r.to]
			if w := displaywidth.String(strings.TrimRight(line, " ")); w > width {
				t.Fatalf("a row of %d columns, %q, where %d are there", w, line, width)
			}
			kept.WriteString(line)
		}
		if got, want := unspaced(kept.String()), unspaced(text); got != want {
			t.Fatalf("got %q of %q", got, want)
		}
		longer := rowsOf(text+more, width)
		for i, r := range rows[:len(rows)-1] {
			if longer[i] != r {
				t.Fatalf("row %d was %v and is %v", i, r, longer[i])
			}
		}
	})
}

func unspaced(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func TestOutlineOfWhatIsNoObject(t *testing.T) {
	for in, want := range map[string]string{
		`"text"`:      "text",
		`3.50`:        "3.50",
		`[1,{"a":2}]`: "- 1\n-\n  a: 2",
		`{"a":`:       `{"a":`,
		`{}`:          "",
	} {
		if got := outline([]byte(in)); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

// A reader of notes that goes away does not matter, one of what is said does.
func TestPlainErrors(t *testing.T) {
	broken := writerFunc(func([]byte) (int, error) { return 0, io.ErrClosedPipe })
	p := NewPlain(PlainConfig{Out: io.Discard, Notes: broken, Composed: true})
	p.Event(engine.Event{Seq: 1, Data: &engine.Created{}})
	if err := p.Draw(); err != nil {
		t.Errorf("got %v for notes that nobody reads", err)
	}
	p = NewPlain(PlainConfig{Out: broken, Notes: io.Discard})
	p.Event(engine.Event{Seq: 1, Data: &engine.Said{Sender: "ada"}})
	if p.Draw() == nil {
		t.Error("got no error where nothing can be said")
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestNotes(t *testing.T) {
	c := newCast("")
	c.meet([]engine.Participant{{Name: "ada", Kind: "agent", DisplayName: "Ada"}})
	now := time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)
	reason := engine.Reason{Stop: "stop.enough", Text: "It is enough.", Conditions: []engine.Condition{{File: "a.hcl", Line: 3}}}
	for _, tt := range []struct {
		data engine.Data
		want string
	}{
		{&engine.ModelRetried{Kind: providers.BadOutput}, "Ada's answer did not fit its form; asked again"},
		{&engine.ModelRetried{Kind: providers.RateLimited, Attempt: 2, Until: now.Add(1500 * time.Millisecond)}, "Ada: rate_limit; tries again in 1.5s (attempt 2)"},
		{&engine.ModelFellBack{From: "a", To: "b"}, "Ada falls back from provider.a to provider.b"},
		{&engine.ToolRequested{Tool: "sum", Arguments: []byte("{\n}")}, "Ada uses sum { }"},
		{&engine.ToolFailed{Tool: "sum", Error: strings.Repeat("x", 500)}, "sum failed: " + strings.Repeat("x", noteMax-1) + "…"},
		{&engine.TurnFailed{Redo: true, Kind: providers.Canceled}, "Ada was interrupted"},
		{&engine.TurnFailed{Skipped: true, Kind: providers.Canceled}, ""},
		{&engine.TurnFailed{Skipped: true, Kind: providers.Overloaded, Message: "busy"}, "Ada is passed over: busy"},
		{&engine.TurnFailed{Kind: providers.Overloaded}, ""},
		{&engine.BudgetWarned{Limit: "limits.max_tokens", Used: 8123, Most: 10000}, "limits.max_tokens is nearly reached: 8123 of 10000 are used"},
		{&engine.StopFired{Action: "leave", Reason: reason}, "pattern talk ends: stop.enough (a.hcl:3): It is enough."},
		{&engine.StopFired{Action: "end", Reason: reason}, ""},
		{&engine.Finalizing{Reason: reason}, "the last turn, because stop.enough (a.hcl:3): It is enough."},
		{&engine.Paused{Reason: &reason}, "paused: stop.enough (a.hcl:3): It is enough."},
		{&engine.Paused{}, "paused"},
		{&engine.Resumed{}, "resumed"},
		{&engine.Round{}, ""},
		{&engine.Handoff{From: "ada", To: "bob", Why: "money"}, "Ada hands over to bob: money"},
		{&engine.Chosen{Name: "ada", By: "floor", Why: "it comes back from bob"}, "the floor comes back to Ada"},
	} {
		e := engine.Event{Time: now, Agent: "ada", Pattern: "talk", Data: tt.data}
		if got := c.note(&e); got != tt.want {
			t.Errorf("%T: got %q, want %q", tt.data, got, tt.want)
		}
	}
}

func TestSummary(t *testing.T) {
	var tally Tally
	at := time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)
	cost := 0.0021
	for i, d := range []engine.Data{
		&engine.Created{Template: "talk", Participants: []engine.Participant{{Name: "ada", Kind: "agent"}, {Name: "bob", Kind: "agent"}}},
		&engine.ModelCalled{},
		&engine.ModelAnswered{Cost: &cost},
		&engine.Said{Simulated: true},
		&engine.TurnFinished{},
		&engine.ModelCalled{},
		&engine.ModelFailed{},
		&engine.ToolRequested{},
		&engine.TurnFinished{},
		&engine.Ended{
			Outcome: engine.Exhausted, Result: map[string]any{"a": "<b>"},
			Reason: engine.Reason{Text: "limits.max_turns is reached: 2 of 2", Conditions: []engine.Condition{{
				Address: "limits.max_turns", File: "a.hcl", Line: 7, Seen: []engine.Seen{{Name: "turns", Value: "2"}},
			}}},
		},
	} {
		e := engine.Event{Seq: uint64(i + 1), Time: at.Add(time.Duration(i) * 5 * time.Second), Agent: []string{"ada", "bob"}[i/6], Data: d}
		if _, ok := d.(*engine.ModelAnswered); ok {
			e.Usage = &providers.Usage{InputTokens: 1234567, OutputTokens: 89}
		}
		tally.Event(e)
	}
	var out strings.Builder
	if err := tally.WriteSummary(&out, Theme{}, 0, true); err != nil {
		t.Fatal(err)
	}
	want := `-- talk
outcome     exhausted
because     limits.max_turns is reached: 2 of 2
condition   limits.max_turns (a.hcl:7)
            turns = 2
result      {
              "a": "<b>"
            }
turns       2 (ada 1, bob 1)
calls       2 (1 answer simulated)
tool calls  1
tokens      1,234,567 in, 89 out
cost        unknown: $0.0021 and calls without a known price
time        45s
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

// What costs something is never shown as nothing.
func TestDollars(t *testing.T) {
	for usd, want := range map[float64]string{0: "$0.00", 0.00002425: "under $0.0001", 0.00006: "$0.0001", 0.0213: "$0.0213", 12: "$12.00"} {
		if got := Dollars(usd); got != want {
			t.Errorf("%v: got %q, want %q", usd, got, want)
		}
	}
}

func TestResultText(t *testing.T) {
	for _, tt := range []struct {
		value any
		lines bool
		want  string
	}{
		{nil, true, ""},
		{"text & <b>", true, "text & <b>"},
		{map[string]any{"a": []any{1.0, "<"}}, false, `{"a":[1,"<"]}`},
		{map[string]any{"a": true}, true, "{\n  \"a\": true\n}"},
		{true, false, "true"},
	} {
		if got := ResultText(tt.value, tt.lines); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.value, got, tt.want)
		}
	}
}
