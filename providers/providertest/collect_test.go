package providertest

import (
	"encoding/json"
	"errors"
	"iter"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/agentconnect-dev/agentconnect/providers"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// step is one yield of a sequence.
type step struct {
	chunk providers.Chunk
	err   error
}

func sequence(steps ...step) iter.Seq2[providers.Chunk, error] {
	return func(yield func(providers.Chunk, error) bool) {
		for _, s := range steps {
			if !yield(s.chunk, s.err) {
				return
			}
		}
	}
}

// A contract that finds nothing proves nothing: what breaks it must be found.
func TestGatherFindsWhatIsBroken(t *testing.T) {
	say := func(c providers.Chunk) step { return step{chunk: c} }
	text := say(providers.Chunk{Text: "Hello."})
	finish := say(providers.Chunk{Finish: providers.FinishStop, Usage: &providers.Usage{InputTokens: 1, OutputTokens: 1}})
	call := func(id, name, arguments string) step {
		return say(providers.Chunk{ToolCall: &providers.ToolCall{ID: id, Name: name, Arguments: json.RawMessage(arguments)}})
	}
	failure := step{err: &providers.Error{Kind: providers.Cut}}
	tests := []struct {
		name  string
		steps []step
		want  string // part of the only finding; empty: none
	}{
		{"whole", []step{text, call("1", "clock", "{}"), call("2", "clock", "{}"), finish}, ""},
		{"fails", []step{text, failure}, ""},
		{"fails at once", []step{failure}, ""},
		{"no end", []step{text}, "ended without a finish chunk"},
		{"nothing", nil, "ended without a finish chunk"},
		{"two ends", []step{text, finish, finish}, "chunk 3: comes after the finish chunk"},
		{"text after the end", []step{finish, text}, "chunk 2: comes after the finish chunk"},
		{"error after the end", []step{finish, failure}, "chunk 2: the error"},
		{"text after the error", []step{failure, text}, "chunk 2: comes after the error"},
		{"foreign error", []step{{err: errors.New("boom")}}, "want a *providers.Error"},
		{"early usage", []step{say(providers.Chunk{Text: "a", Usage: &providers.Usage{}}), finish}, "without Finish"},
		{"early mark", []step{say(providers.Chunk{Text: "a", Mark: "m"}), finish}, "without Finish"},
		{"empty chunk", []step{say(providers.Chunk{}), finish}, "says nothing"},
		{"call without id", []step{call("", "clock", "{}"), finish}, "want an id and a name"},
		{"call without name", []step{call("1", "", "{}"), finish}, "want an id and a name"},
		{"broken arguments", []step{call("1", "clock", `{"a":`), finish}, "want whole JSON"},
		{"same id twice", []step{call("1", "clock", "{}"), call("1", "clock", "{}"), finish}, "want ids that differ"},
		{"unknown reason", []step{say(providers.Chunk{Finish: "done"})}, "want one of the constants"},
		{"tool_calls without calls", []step{say(providers.Chunk{Finish: providers.FinishToolCalls})}, "without a tool call"},
		{"negative usage", []step{say(providers.Chunk{Finish: providers.FinishStop, Usage: &providers.Usage{OutputTokens: -1}})}, "no negative numbers"},
		{"more cached than read", []step{say(providers.Chunk{Finish: providers.FinishStop, Usage: &providers.Usage{CachedInputTokens: 1}})}, "no part above its whole"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, broken := gather(sequence(tt.steps...))
			if tt.want == "" && len(broken) > 0 {
				t.Fatalf("got %q, want no finding", broken)
			}
			if tt.want != "" && (len(broken) != 1 || !strings.Contains(broken[0], tt.want)) {
				t.Fatalf("got %q, want one finding with %q", broken, tt.want)
			}
		})
	}
}

func TestCollect(t *testing.T) {
	call := &providers.ToolCall{ID: "1", Name: "clock", Arguments: json.RawMessage("{}")}
	r := Collect(t, sequence(
		step{chunk: providers.Chunk{Thought: "Hm."}}, step{chunk: providers.Chunk{Text: "Let me "}}, step{chunk: providers.Chunk{Text: "look."}},
		step{chunk: providers.Chunk{ToolCall: call}}, step{chunk: providers.Chunk{Finish: providers.FinishToolCalls, Mark: "m"}},
	))
	if r.Text != "Let me look." || r.Thought != "Hm." || r.Pieces != 2 || len(r.ToolCalls) != 1 || r.Mark() != "m" || r.Err != nil {
		t.Errorf("got %+v, want text, thought, call and mark as they were said", r)
	}
	r = Collect(t, sequence(step{err: &providers.Error{Kind: providers.Cut, Mark: "f"}}))
	if r.Mark() != "f" || providers.KindOf(r.Err) != providers.Cut {
		t.Errorf("got mark %q, error %v; want those of the error", r.Mark(), r.Err)
	}
}
