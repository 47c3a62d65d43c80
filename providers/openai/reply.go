package openai

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	shared "github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// reply reads the events of a stream and passes on what they say.
type reply struct {
	builder *builder
	yield   func(providers.Chunk, error) bool

	text    strings.Builder // kept back, when it is an answer
	refusal strings.Builder
	calls   calls
	begun   bool // the service has started to answer
	reason  string
	usage   *providers.Usage
	left    bool // the consumer has
}

// read takes events to the proper end of the reply.
func (r *reply) read(events iter.Seq2[providers.ServerEvent, error]) error {
	some := false
	for event, err := range events {
		if err != nil {
			return r.broken(err)
		}
		some = true
		if string(event.Data) == "[DONE]" {
			break
		}
		if err := r.event(event); err != nil {
			return err
		}
		if r.left {
			return nil
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

// broken is the failure of a stream that cannot be read on. After the reason
// to end everything but the usage has been said.
func (r *reply) broken(err error) error {
	if r.reason != "" {
		return nil
	}
	return err
}

func (r *reply) used() providers.Usage {
	if r.usage == nil {
		return providers.Usage{}
	}
	return *r.usage
}

func (r *reply) event(event providers.ServerEvent) error {
	var c chunk
	if err := json.Unmarshal(event.Data, &c); err != nil {
		return &providers.Error{Kind: providers.Cut, Message: fmt.Sprintf("an event of the stream is not what it should be: %.100q", event.Data), Err: err}
	}
	if err := c.failed(event.Name, event.Data); err != nil {
		err.Usage = r.used()
		return err
	}
	if !r.begun && len(c.Choices) > 0 {
		r.begun = true
		r.pass(providers.Chunk{})
	}
	if c.XGroq != nil && c.XGroq.Usage != nil && c.Usage == nil {
		c.Usage = c.XGroq.Usage
	}
	if c.Usage != nil {
		r.usage = c.Usage.tokens()
	}
	for i := range c.Choices {
		if c.Choices[i].Index != 0 {
			continue
		}
		if err := r.choice(&c.Choices[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *reply) choice(c *choice) error {
	for _, d := range []*delta{&c.Delta, &c.Message} {
		thought := d.Content.thought
		if d.ReasoningContent != "" {
			thought += d.ReasoningContent
		} else {
			thought += d.Reasoning
		}
		if thought != "" {
			r.pass(providers.Chunk{Thought: thought})
		}
		if d.Content.text != "" {
			r.say(d.Content.text)
		}
		r.refusal.WriteString(d.Refusal)
		for i := range d.ToolCalls {
			if err := r.calls.add(&d.ToolCalls[i]); err != nil {
				return err
			}
		}
	}
	if c.FinishReason != "" && r.reason == "" {
		r.reason = c.FinishReason
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
	if r.left {
		return nil
	}
	if err := r.ended(); err != nil {
		return err
	}
	list, err := r.calls.whole(len(r.builder.req.Messages))
	if err != nil && r.reason == "length" {
		err = shared.CutWithinCall(r.used())
	}
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
		r.pass(providers.Chunk{Finish: r.finished(len(list)), Usage: r.usage})
	}
	return nil
}

// ended is the failure that a reason to end stands for, or nil.
func (r *reply) ended() error {
	switch r.reason {
	case "content_filter":
		return &providers.Error{Kind: providers.Refused, Usage: r.used(), Message: "the vendor's filter cut the reply"}
	case "error", "insufficient_system_resource":
		return &providers.Error{Kind: providers.Overloaded, Usage: r.used(), Message: "the vendor broke off the reply: " + r.reason}
	}
	if r.refusal.Len() > 0 {
		return &providers.Error{Kind: providers.Refused, Usage: r.used(), Message: "the model refuses: " + shared.Shorten(r.refusal.String())}
	}
	return nil
}

// finished is the reason to end. One that is not known is told by what was
// said; so is "stop" after tool calls, which some services say.
func (r *reply) finished(calls int) providers.Finish {
	switch {
	case r.reason == "length", r.reason == "max_tokens", r.reason == "model_length":
		return providers.FinishLength
	case calls > 0:
		return providers.FinishToolCalls
	default:
		return providers.FinishStop
	}
}
