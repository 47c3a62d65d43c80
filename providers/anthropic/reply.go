package anthropic

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// reply reads the events of a stream and passes on what they say.
type reply struct {
	builder *builder
	yield   func(providers.Chunk, error) bool

	text   strings.Builder // kept back, when it is an answer
	calls  []*toolUse
	size   int // of all arguments
	begun  bool
	over   bool // the message has stopped
	reason string
	why    *stopDetails
	usage  usage
	left   bool // the consumer has
}

// toolUse is a tool call that is being put together.
type toolUse struct {
	index     int
	id, name  string
	whole     string // as it stood at the start of the block
	arguments strings.Builder
}

func (c *toolUse) input() string {
	if c.arguments.Len() > 0 {
		return c.arguments.String()
	}
	return c.whole
}

// read takes events to the proper end of the reply.
func (r *reply) read(events iter.Seq2[providers.ServerEvent, error]) error {
	some := false
	for e, err := range events {
		if err != nil && r.reason != "" { // everything has been said
			return nil
		}
		if err != nil {
			return err
		}
		some = true
		if err := r.event(e); err != nil {
			return err
		}
		if r.left || r.over {
			break
		}
	}
	switch {
	case r.reason != "" || r.left:
		return nil
	case !some:
		return &providers.Error{Kind: providers.Cut, Message: "the answer holds no events"}
	default:
		return &providers.Error{Kind: providers.Cut, Message: "the stream ended without a proper end", Usage: r.used()}
	}
}

func (r *reply) used() providers.Usage {
	if u := r.usage.tokens(); u != nil {
		return *u
	}
	return providers.Usage{}
}

func (r *reply) event(from providers.ServerEvent) error {
	var e event
	if err := json.Unmarshal(from.Data, &e); err != nil {
		return &providers.Error{Kind: providers.Cut, Message: fmt.Sprintf("an event of the stream is not what it should be: %.100q", from.Data), Err: err}
	}
	if e.failed(from) {
		failure := Failure(0, nil, from.Data)
		failure.Usage = r.used()
		return failure
	}
	if e.Usage != nil {
		r.usage.merge(e.Usage)
	}
	switch e.Type {
	case "message_start":
		r.begin()
		if e.Message != nil && e.Message.Usage != nil {
			r.usage.merge(e.Message.Usage)
		}
	case "content_block_start":
		r.begin()
		return r.start(e.Index, e.Block)
	case "content_block_delta":
		return r.delta(e.Index, &e.Delta)
	case "message_delta":
		r.stop(e.Delta.StopReason, e.Delta.Details)
	case "message_stop":
		r.over = true
	case "message": // without a stream
		for i := range e.Content {
			if err := r.start(i, &e.Content[i]); err != nil {
				return err
			}
		}
		r.stop(e.StopReason, e.Details)
	}
	return nil
}

// failed says that an event tells a failure.
func (e *event) failed(from providers.ServerEvent) bool {
	if e.Type == "error" || from.Name == "error" || len(e.Error) > 0 && string(e.Error) != "null" {
		return true
	}
	if e.Type != "" {
		return false
	}
	complaint, ok := providers.ReadComplaint(from.Data)
	return ok && complaint.Message != ""
}

func (r *reply) begin() {
	if !r.begun {
		r.begun = true
		r.pass(providers.Chunk{})
	}
}

func (r *reply) stop(reason string, why *stopDetails) {
	if reason != "" && r.reason == "" {
		r.reason, r.why = reason, why
	}
}

// start begins a block with what it holds already.
func (r *reply) start(index int, c *content) error {
	switch {
	case c == nil:
	case c.Type == "tool_use":
		if len(r.calls) == dialect.MaxCalls {
			return dialect.TooManyCalls()
		}
		call := &toolUse{index: index, id: c.ID, name: c.Name, whole: string(c.Input)}
		r.calls = append(r.calls, call)
		return r.grow(len(c.Input) + len(c.Name))
	case c.Type == "text" && c.Text != "":
		r.say(c.Text)
	case c.Type == "thinking" && c.Thinking != "":
		r.pass(providers.Chunk{Thought: c.Thinking})
	}
	return nil
}

func (r *reply) delta(index int, d *delta) error {
	if d.Text != "" {
		r.say(d.Text)
	}
	if d.Thinking != "" {
		r.pass(providers.Chunk{Thought: d.Thinking})
	}
	if d.PartialJSON == "" {
		return nil
	}
	for _, call := range r.calls {
		if call.index == index {
			call.arguments.WriteString(d.PartialJSON)
			return r.grow(len(d.PartialJSON))
		}
	}
	return nil // of a block that is none of ours, such as the vendor's own tools
}

func (r *reply) grow(n int) error {
	if r.size += n; r.size > dialect.MaxArguments {
		return dialect.TooLongCalls()
	}
	return nil
}

func (r *reply) say(text string) {
	if r.builder.answer.Held() {
		r.text.WriteString(text)
		return
	}
	r.pass(providers.Chunk{Text: text})
}

func (r *reply) pass(c providers.Chunk) {
	r.left = r.left || !r.yield(c, nil)
}

// finish passes on what was kept back, and the end.
func (r *reply) finish() error {
	if r.reason == "refusal" {
		return &providers.Error{Kind: providers.Refused, Usage: r.used(), Message: r.refusal()}
	}
	list, err := r.whole()
	if err != nil {
		return err
	}
	list, text := r.builder.answer.Split(list, r.text.String())
	if text != "" {
		r.pass(providers.Chunk{Text: text})
	}
	for i := range list {
		if list[i].Name = r.builder.names.In(list[i].Name); !r.left {
			r.pass(providers.Chunk{ToolCall: &list[i]})
		}
	}
	if !r.left {
		r.pass(providers.Chunk{Finish: r.finished(len(list)), Usage: r.usage.tokens()})
	}
	return nil
}

// whole are the calls, each with arguments that are an object.
func (r *reply) whole() ([]providers.ToolCall, error) {
	calls := dialect.Calls{Round: len(r.builder.req.Messages)}
	for _, c := range r.calls {
		err := calls.Add(c.id, c.name, c.input())
		if err != nil && r.finished(1) == providers.FinishLength {
			err = dialect.CutWithinCall(r.used())
		}
		if err != nil {
			return nil, err
		}
	}
	return calls.List(), nil
}

func (r *reply) refusal() string {
	switch why := r.why; {
	case why != nil && why.Explanation != "":
		return "the model refuses: " + dialect.Shorten(why.Explanation)
	case why != nil && why.Category != "":
		return "the model refuses: " + dialect.Shorten(why.Category)
	default:
		return "the model refuses"
	}
}

// finished is the reason to end. One that is not known is told by what was
// said.
func (r *reply) finished(calls int) providers.Finish {
	switch {
	case r.reason == "max_tokens", r.reason == "model_context_window_exceeded":
		return providers.FinishLength
	case calls > 0:
		return providers.FinishToolCalls
	default:
		return providers.FinishStop
	}
}
