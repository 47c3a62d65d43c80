package openai

import (
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	shared "github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// reply reads the events of a stream and passes on what they say.
type reply struct {
	shared.Reply
	builder *builder

	refusal strings.Builder
	calls   calls
	reason  string
}

func (r *reply) event(event providers.ServerEvent) error {
	if string(event.Data) == "[DONE]" {
		r.Over = true
		return nil
	}
	var c chunk
	if err := shared.Decode(event.Data, &c); err != nil {
		return err
	}
	if err := c.failed(event.Name, event.Data); err != nil {
		err.Usage = r.Used()
		return err
	}
	if len(c.Choices) > 0 {
		r.Begin()
	}
	if c.XGroq != nil && c.XGroq.Usage != nil && c.Usage == nil {
		c.Usage = c.XGroq.Usage
	}
	if c.Usage != nil {
		r.Usage = c.Usage.tokens()
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
		r.Think(thought)
		r.Say(d.Content.text)
		r.refusal.WriteString(d.Refusal)
		for i := range d.ToolCalls {
			if err := r.calls.add(&d.ToolCalls[i]); err != nil {
				return err
			}
		}
	}
	if c.FinishReason != "" && r.reason == "" {
		r.reason, r.Ended = c.FinishReason, true
	}
	return nil
}

// finish passes on what was kept back, and the end.
func (r *reply) finish() error {
	if err := r.ended(); err != nil {
		return err
	}
	list, err := r.calls.whole(len(r.builder.req.Messages))
	if err != nil && r.capped() {
		err = shared.CutWithinCall(r.Used())
	}
	if err != nil {
		return err
	}
	r.End(list, r.capped())
	return nil
}

// capped says that the reply was cut at its cap.
func (r *reply) capped() bool {
	return r.reason == "length" || r.reason == "max_tokens" || r.reason == "model_length"
}

// ended is the failure that a reason to end stands for, or nil.
func (r *reply) ended() error {
	switch r.reason {
	case "content_filter":
		return &providers.Error{Kind: providers.Refused, Usage: r.Used(), Message: "the vendor's filter cut the reply"}
	case "error", "insufficient_system_resource":
		return &providers.Error{Kind: providers.Overloaded, Usage: r.Used(), Message: "the vendor broke off the reply: " + r.reason}
	}
	if r.refusal.Len() > 0 {
		return &providers.Error{Kind: providers.Refused, Usage: r.Used(), Message: "the model refuses: " + shared.Shorten(r.refusal.String())}
	}
	return nil
}
