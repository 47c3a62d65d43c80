package scripted_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
)

// reply is what a script of one reply says to a request.
func reply(t *testing.T, r scripted.Reply, req *providers.Request) providertest.Result {
	t.Helper()
	m := scripted.New(scripted.Config{Name: "my script!", Strict: true, Replies: []scripted.Reply{r}})
	return providertest.Collect(t, m.Stream(t.Context(), req))
}

func TestDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		m := scripted.New(scripted.Config{Replies: []scripted.Reply{{Content: "Late.", Delay: 3 * time.Second}}})
		seq := m.Stream(t.Context(), from("a", ""))
		if waited := time.Since(start); waited != 0 {
			t.Errorf("Stream took %v, want nothing", waited)
		}
		if r := providertest.Collect(t, seq); r.Text != "Late." || time.Since(start) != 3*time.Second {
			t.Errorf("got %q after %v, want %q after 3s", r.Text, time.Since(start), "Late.")
		}
	})
}

func TestDelayIsCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		m := scripted.New(scripted.Config{Replies: []scripted.Reply{{Content: "Late.", Delay: time.Hour}}})
		r := providertest.Collect(t, m.Stream(ctx, from("a", "")))
		if providers.KindOf(r.Err) != providers.Canceled || !errors.Is(r.Err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("got %v after %v, want canceled by the deadline after 1s", r.Err, time.Since(start))
		}
		if r.Mark() == "" {
			t.Error("got no mark, want the reply that was used up")
		}
	})
}

func TestToolCallIDs(t *testing.T) {
	r := scripted.Reply{Times: 2, ToolCalls: []scripted.ToolCall{{Name: "clock"}, {Name: "weather", Arguments: json.RawMessage(`{"city":"Ulm"}`)}}}
	m := scripted.New(scripted.Config{Name: "mein Skript ü", Replies: []scripted.Reply{r}})
	var got []string
	for range 2 {
		for _, call := range providertest.Collect(t, m.Stream(t.Context(), from("a", ""))).ToolCalls {
			got = append(got, call.ID+" "+call.Name+string(call.Arguments))
		}
	}
	want := `call_meinSkript_1_1 clock{}, call_meinSkript_1_2 weather{"city":"Ulm"}, call_meinSkript_2_1 clock{}, call_meinSkript_2_2 weather{"city":"Ulm"}`
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

func TestUsage(t *testing.T) {
	req := &providers.Request{System: "12345", Messages: []providers.Message{ // 5 + 3 + 2 + 5 + 2 = 17 bytes
		{Role: providers.User, Content: "123"},
		{Role: providers.Assistant, Content: "12", ToolCalls: []providers.ToolCall{{ID: "x", Name: "clock", Arguments: json.RawMessage("{}")}}},
	}}
	tests := []struct {
		name  string
		reply scripted.Reply
		want  providers.Usage
	}{
		{"estimated", scripted.Reply{Content: "12345"}, providers.Usage{InputTokens: 5, OutputTokens: 2}},
		{"with tool calls", scripted.Reply{Content: "12345", ToolCalls: []scripted.ToolCall{{Name: "clock", Arguments: json.RawMessage("{}")}}}, providers.Usage{InputTokens: 5, OutputTokens: 3}},
		{"stated", scripted.Reply{Content: "12345", Usage: &providers.Usage{InputTokens: 100, CachedInputTokens: 50, OutputTokens: 20, ReasoningTokens: 10}}, providers.Usage{InputTokens: 100, CachedInputTokens: 50, OutputTokens: 20, ReasoningTokens: 10}},
		{"stated to be nothing", scripted.Reply{Content: "12345", Usage: &providers.Usage{}}, providers.Usage{}},
		{"stated in part", scripted.Reply{Content: "12345", Usage: &providers.Usage{InputTokens: -1, OutputTokens: 20}}, providers.Usage{InputTokens: 5, OutputTokens: 20}},
		{"the other part", scripted.Reply{Content: "12345", Usage: &providers.Usage{InputTokens: 7, OutputTokens: -1}}, providers.Usage{InputTokens: 7, OutputTokens: 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if r := reply(t, tt.reply, req); r.Last.Usage == nil || *r.Last.Usage != tt.want {
				t.Errorf("got %+v, want %+v", r.Last.Usage, tt.want)
			}
		})
	}
}

// A call that breaks off has used what it read and what it said until then,
// unless the script says what a failed call has used.
func TestUsageOfFailures(t *testing.T) {
	paid := providers.Usage{InputTokens: 7, OutputTokens: 9}
	m := scripted.New(scripted.Config{
		Replies: []scripted.Reply{{Content: "12345678"}},
		Fails: []scripted.Fail{
			{Call: 1, Kind: providers.Cut},
			{Call: 2, Kind: providers.RateLimited},
			{Call: 3, Kind: providers.Cut, Usage: &paid},
			{Call: 4, Kind: providers.RateLimited, Usage: &paid},
		},
	})
	for _, want := range []providers.Usage{{InputTokens: 2, OutputTokens: 1}, {}, paid, paid} {
		r := providertest.Collect(t, m.Stream(t.Context(), from("a", "12345678")))
		if e, ok := errors.AsType[*providers.Error](r.Err); !ok || e.Usage != want {
			t.Errorf("got %+v, want usage %+v", r.Err, want)
		}
	}
}

func TestLimits(t *testing.T) {
	calls := []scripted.ToolCall{{Name: "clock"}, {Name: "clock"}} // 5 bytes each
	tests := []struct {
		name   string
		reply  scripted.Reply
		max    int
		stop   []string
		text   string
		calls  int
		finish providers.Finish
	}{
		{"fits", scripted.Reply{Content: "12345678"}, 2, nil, "12345678", 0, providers.FinishStop},
		{"cut", scripted.Reply{Content: "123456789"}, 2, nil, "12345678", 0, providers.FinishLength},
		{"cut between characters", scripted.Reply{Content: "123ü5"}, 1, nil, "123", 0, providers.FinishLength},
		{"cut before the tools", scripted.Reply{Content: "123456789", ToolCalls: calls}, 2, nil, "12345678", 0, providers.FinishLength},
		{"cut between the tools", scripted.Reply{Content: "1", ToolCalls: calls}, 2, nil, "1", 1, providers.FinishLength},
		{"tools fit", scripted.Reply{Content: "12", ToolCalls: calls}, 3, nil, "12", 2, providers.FinishToolCalls},
		{"data is cut like text", scripted.Reply{Data: json.RawMessage(`{"a":1}`)}, 1, nil, `{"a"`, 0, providers.FinishLength},
		{"stop", scripted.Reply{Content: "one END two"}, 0, []string{"", "END"}, "one ", 0, providers.FinishStop},
		{"the first of several stops", scripted.Reply{Content: "one two three"}, 0, []string{"three", "two t", "e two"}, "on", 0, providers.FinishStop},
		{"stop before the tools", scripted.Reply{Content: "one END", ToolCalls: calls}, 0, []string{"END"}, "one ", 0, providers.FinishStop},
		{"stop before the cap", scripted.Reply{Content: "one END two"}, 1, []string{"END"}, "one ", 0, providers.FinishStop},
		{"cap before the stop", scripted.Reply{Content: "one two END"}, 1, []string{"END"}, "one ", 0, providers.FinishLength},
		{"no text", scripted.Reply{ToolCalls: calls}, 0, nil, "", 2, providers.FinishToolCalls},
		{"nothing at all", scripted.Reply{}, 0, nil, "", 0, providers.FinishStop},
		{"huge cap", scripted.Reply{Content: "1"}, 1 << 62, nil, "1", 0, providers.FinishStop},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := from("a", "")
			req.MaxTokens, req.Stop = tt.max, tt.stop
			r := reply(t, tt.reply, req)
			if r.Text != tt.text || len(r.ToolCalls) != tt.calls || r.Last.Finish != tt.finish {
				t.Errorf("got %q, %d calls, finish %q; want %q, %d, %q", r.Text, len(r.ToolCalls), r.Last.Finish, tt.text, tt.calls, tt.finish)
			}
			if out := r.Last.Usage.OutputTokens; tt.max > 0 && out > tt.max {
				t.Errorf("got %d tokens out, want at most %d", out, tt.max)
			}
		})
	}
}

// Pieces join to the text, are not too many, and never split a character.
func TestPieces(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		word := rapid.SampledFrom([]string{"tram", "Straßenbahn", "路面電車が来る", "a", "\n", strings.Repeat("x", 90)})
		text := strings.Join(rapid.SliceOfN(word, 0, 200).Draw(rt, "words"), rapid.SampledFrom([]string{" ", "", ", "}).Draw(rt, "between"))
		chunks := rapid.IntRange(0, 50).Draw(rt, "chunks")
		m := scripted.New(scripted.Config{Chunks: chunks, Replies: []scripted.Reply{{Content: text}}})
		var got strings.Builder
		pieces := 0
		for chunk, err := range m.Stream(t.Context(), from("a", "")) {
			if err != nil {
				rt.Fatal(err)
			}
			if !utf8.ValidString(chunk.Text) {
				rt.Fatalf("got %q, want whole characters", chunk.Text)
			}
			if chunk.Text != "" {
				pieces++
			}
			got.WriteString(chunk.Text)
		}
		most := chunks
		if chunks == 0 {
			most = 32
		}
		if len(text) < 40 {
			most = 1
		}
		if got.String() != text || pieces > most {
			rt.Fatalf("got %d pieces of %q, want at most %d of %q", pieces, got.String(), most, text)
		}
	})
}

func TestPiecesEndWithWords(t *testing.T) {
	text := strings.TrimSpace(strings.Repeat("Some words of a sentence. ", 10))
	m := scripted.New(scripted.Config{Replies: []scripted.Reply{{Content: text}}})
	said := 0
	for chunk, err := range m.Stream(t.Context(), from("a", "")) {
		if err != nil {
			t.Fatal(err)
		}
		if said += len(chunk.Text); chunk.Text != "" && said < len(text) && !strings.HasSuffix(chunk.Text, " ") {
			t.Errorf("got piece %q, want it to end after a word", chunk.Text)
		}
	}
}

// Text that is not UTF-8 passes through as it is.
func TestStrangeText(t *testing.T) {
	text := strings.Repeat("\x80\xff", 100)
	if r := reply(t, scripted.Reply{Content: text}, from("a", "")); r.Text != text {
		t.Errorf("got %q, want %q", r.Text, text)
	}
}

// Data goes out as it is written, whether or not it satisfies the schema.
func TestData(t *testing.T) {
	req := from("a", "")
	req.Schema = json.RawMessage(`{"type":"string"}`)
	if r := reply(t, scripted.Reply{Data: json.RawMessage(`{"accept": true}`)}, req); r.Text != `{"accept": true}` || r.Last.Simulated {
		t.Errorf("got %q (simulated %v), want the data of the script", r.Text, r.Last.Simulated)
	}
}
