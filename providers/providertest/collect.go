package providertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Result is a reply, put together from its chunks.
type Result struct {
	// Text and Thought are the pieces, joined; Pieces is how many had a text.
	Text, Thought string
	Pieces        int
	ToolCalls     []providers.ToolCall
	// Last is the chunk with Finish, zero when there was none.
	Last providers.Chunk
	// Err is the error that ended the sequence.
	Err error
}

// Mark is the note that the reply or its error carries.
func (r *Result) Mark() string {
	if e, ok := errors.AsType[*providers.Error](r.Err); ok {
		return e.Mark
	}
	return r.Last.Mark
}

// Collect ranges over a sequence to its end. What breaks the contract fails the
// test; an error that ends the sequence does not.
func Collect(tb testing.TB, seq iter.Seq2[providers.Chunk, error]) Result {
	tb.Helper()
	r, broken := gather(seq)
	for _, rule := range broken {
		tb.Error(rule)
	}
	return r
}

// gather puts a reply together and names the rules that its sequence breaks.
func gather(seq iter.Seq2[providers.Chunk, error]) (r Result, broken []string) {
	var text, thought strings.Builder
	n := 0
	for chunk, err := range seq {
		n++
		broken = append(broken, r.follows(n, chunk, err)...)
		if err != nil {
			r.Err = err
			continue
		}
		if chunk.Text != "" {
			r.Pieces++
		}
		text.WriteString(chunk.Text)
		thought.WriteString(chunk.Thought)
		if chunk.ToolCall != nil {
			r.ToolCalls = append(r.ToolCalls, *chunk.ToolCall)
		}
		if chunk.Finish != "" {
			r.Last = chunk
		}
	}
	r.Text, r.Thought = text.String(), thought.String()
	return r, append(broken, r.isWhole()...)
}

// follows names the rules that a chunk breaks, coming after what is in r.
func (r *Result) follows(n int, c providers.Chunk, err error) (broken []string) {
	say := func(format string, args ...any) {
		broken = append(broken, fmt.Sprintf("chunk %d: ", n)+fmt.Sprintf(format, args...))
	}
	switch {
	case r.Err != nil:
		say("comes after the error %q; want the sequence to end there", r.Err)
	case r.Last.Finish != "" && err != nil:
		say("the error %q comes after the finish chunk; want nothing", err)
	case r.Last.Finish != "":
		say("comes after the finish chunk; want nothing")
	}
	if err != nil {
		if _, ok := errors.AsType[*providers.Error](err); !ok {
			say("got an error of type %T (%v), want a *providers.Error in its chain", err, err)
		}
		return broken
	}
	if c.Finish == "" && (c.Usage != nil || c.Mark != "" || c.Simulated) {
		say("has Usage, Mark or Simulated without Finish; want them on the last chunk alone")
	}
	if c.Finish == "" && c.Text == "" && c.Thought == "" && c.ToolCall == nil {
		say("says nothing; want no empty chunks")
	}
	if c.ToolCall != nil {
		broken = append(broken, r.admits(n, *c.ToolCall)...)
	}
	return broken
}

func (r *Result) admits(n int, call providers.ToolCall) (broken []string) {
	if call.ID == "" || call.Name == "" {
		broken = append(broken, fmt.Sprintf("chunk %d: got tool call %+v, want an id and a name", n, call))
	}
	if !json.Valid(call.Arguments) {
		broken = append(broken, fmt.Sprintf("chunk %d: got arguments %q, want whole JSON", n, call.Arguments))
	}
	for _, other := range r.ToolCalls {
		if other.ID == call.ID {
			broken = append(broken, fmt.Sprintf("chunk %d: got id %q a second time, want ids that differ", n, call.ID))
		}
	}
	return broken
}

func (r *Result) isWhole() (broken []string) {
	if r.Err != nil {
		return nil
	}
	last := r.Last
	if last.Finish == "" {
		return []string{"the sequence ended without a finish chunk and without an error"}
	}
	switch last.Finish {
	case providers.FinishStop, providers.FinishLength, providers.FinishToolCalls:
	default:
		broken = append(broken, fmt.Sprintf("got finish %q, want one of the constants", last.Finish))
	}
	if last.Finish == providers.FinishToolCalls && len(r.ToolCalls) == 0 {
		broken = append(broken, "got finish tool_calls without a tool call")
	}
	if u := last.Usage; u != nil && (u.InputTokens < 0 || u.OutputTokens < 0 || u.CachedInputTokens > u.InputTokens || u.ReasoningTokens > u.OutputTokens) {
		broken = append(broken, fmt.Sprintf("got usage %+v, want no negative numbers and no part above its whole", *u))
	}
	return broken
}
