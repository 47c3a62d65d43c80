package anthropic

import (
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// reply reads the events of a stream and passes on what they say.
type reply struct {
	dialect.Reply
	builder *builder

	calls  []*toolUse
	size   int // of all arguments
	reason string
	why    *stopDetails
	usage  usage
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

func (r *reply) event(from providers.ServerEvent) error {
	var e event
	if err := dialect.Decode(from.Data, &e); err != nil {
		return err
	}
	if e.failed(from) {
		failure := Failure(0, nil, from.Data)
		failure.Usage = r.Used()
		return failure
	}
	r.count(e.Usage)
	switch e.Type {
	case "message_start":
		r.Begin()
		if e.Message != nil {
			r.count(e.Message.Usage)
		}
	case "content_block_start":
		r.Begin()
		return r.start(e.Index, e.Block)
	case "content_block_delta":
		return r.delta(e.Index, &e.Delta)
	case "message_delta":
		r.stop(e.Delta.StopReason, e.Delta.Details)
	case "message_stop":
		r.Over = true
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

func (r *reply) count(u *usage) {
	if u != nil {
		r.usage.merge(u)
		r.Usage = r.usage.tokens()
	}
}

func (r *reply) stop(reason string, why *stopDetails) {
	if reason != "" && r.reason == "" {
		r.reason, r.why, r.Ended = reason, why, true
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
	case c.Type == "text":
		r.Say(c.Text)
	case c.Type == "thinking":
		r.Think(c.Thinking)
	}
	return nil
}

func (r *reply) delta(index int, d *delta) error {
	r.Say(d.Text)
	r.Think(d.Thinking)
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

// finish passes on what was kept back, and the end.
func (r *reply) finish() error {
	if r.reason == "refusal" {
		return &providers.Error{Kind: providers.Refused, Usage: r.Used(), Message: r.refusal()}
	}
	list, err := r.whole()
	if err != nil {
		return err
	}
	r.End(list, r.capped())
	return nil
}

// whole are the calls, each with arguments that are an object.
func (r *reply) whole() ([]providers.ToolCall, error) {
	calls := dialect.Calls{Round: len(r.builder.req.Messages)}
	for _, c := range r.calls {
		err := calls.Add(c.id, c.name, c.input())
		if err != nil && r.capped() {
			err = dialect.CutWithinCall(r.Used())
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

// capped says that the reply was cut at its cap.
func (r *reply) capped() bool {
	return r.reason == "max_tokens" || r.reason == "model_context_window_exceeded"
}
