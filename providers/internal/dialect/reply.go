package dialect

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Reply is a reply that is being read: it passes on what the vendor says, and
// knows how far it is.
type Reply struct {
	// Answer is nil for a plain text.
	Answer *Answer
	Names  *Names
	// Usage is what the vendor has reported so far; nil for nothing.
	Usage *providers.Usage
	// Ended says that the reason to end is known: everything but the usage has
	// been said. Over says that nothing more is read.
	Ended, Over bool

	yield func(providers.Chunk, error) bool
	kept  strings.Builder // the text, when it is an answer that is held
	begun bool
	left  bool // the consumer has
}

// read takes events to the proper end of the reply.
func (r *Reply) read(events iter.Seq2[providers.ServerEvent, error], event func(providers.ServerEvent) error) error {
	some := false
	for e, err := range events {
		if err != nil && r.Ended {
			return nil
		}
		if err != nil {
			return err
		}
		some = true
		if err := event(e); err != nil {
			return err
		}
		if r.left || r.Over {
			break
		}
	}
	switch {
	case r.Ended || r.left:
		return nil
	case !some:
		return &providers.Error{Kind: providers.Cut, Message: "the answer holds no events"}
	default:
		return &providers.Error{Kind: providers.Cut, Message: "the stream ended without a proper end", Usage: r.Used()}
	}
}

// Decode reads an event's JSON.
func Decode(data []byte, to any) error {
	if err := json.Unmarshal(data, to); err != nil {
		return &providers.Error{Kind: providers.Cut, Message: fmt.Sprintf("an event of the stream is not what it should be: %.100q", data), Err: err}
	}
	return nil
}

// Used is the usage so far, for a failure.
func (r *Reply) Used() providers.Usage {
	if r.Usage == nil {
		return providers.Usage{}
	}
	return *r.Usage
}

// Begin says that the vendor has started to answer.
func (r *Reply) Begin() {
	if !r.begun {
		r.begun = true
		r.pass(providers.Chunk{})
	}
}

// Think passes a thought on.
func (r *Reply) Think(thought string) {
	if thought != "" {
		r.pass(providers.Chunk{Thought: thought})
	}
}

// Say passes a text on, or keeps it back.
func (r *Reply) Say(text string) {
	switch {
	case text == "":
	case r.Answer.Held():
		r.kept.WriteString(text)
	default:
		r.pass(providers.Chunk{Text: text})
	}
}

// End passes on what was kept back, the calls, whose names are the vendor's, and
// the end. Capped says that the reply was cut at its cap. Other reasons to end
// are told by what was said: vendors give many, and some say "stop" after calls.
func (r *Reply) End(calls []providers.ToolCall, capped bool) {
	calls, text := r.Answer.Split(calls, r.kept.String())
	if text != "" {
		r.pass(providers.Chunk{Text: text})
	}
	for i := range calls {
		calls[i].Name = r.Names.In(calls[i].Name)
		r.pass(providers.Chunk{ToolCall: &calls[i]})
	}
	end := providers.Chunk{Finish: providers.FinishStop, Usage: r.Usage}
	switch {
	case capped:
		end.Finish = providers.FinishLength
	case len(calls) > 0:
		end.Finish = providers.FinishToolCalls
	}
	r.pass(end)
}

func (r *Reply) pass(c providers.Chunk) {
	r.left = r.left || !r.yield(c, nil)
}
