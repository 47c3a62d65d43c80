package google

import (
	"bytes"
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

	text    strings.Builder // kept back, when it is an answer
	calls   []part
	size    int // of all arguments
	begun   bool
	reason  string
	message string
	blocked *feedback
	usage   *usage
	left    bool // the consumer has
}

// read takes events to the end of the reply.
func (r *reply) read(events iter.Seq2[providers.ServerEvent, error]) error {
	some := false
	for e, err := range events {
		if err != nil && r.reason != "" { // everything but the usage has been said
			return nil
		}
		if err != nil {
			return err
		}
		some = true
		if err := r.events(e); err != nil {
			return err
		}
		if r.left {
			return nil
		}
	}
	switch {
	case r.reason != "" || r.blocked != nil:
		return nil
	case !some:
		return &providers.Error{Kind: providers.Cut, Message: "the answer holds no events"}
	default:
		return &providers.Error{Kind: providers.Cut, Message: "the stream ended without a proper end", Usage: r.used()}
	}
}

func (r *reply) used() providers.Usage {
	if r.usage == nil {
		return providers.Usage{}
	}
	return *r.usage.tokens()
}

// events takes one event, or the list of them that comes without a stream.
func (r *reply) events(from providers.ServerEvent) error {
	switch {
	case string(from.Data) == "[DONE]": // of a look-alike
		return nil
	case !bytes.HasPrefix(from.Data, []byte("[")):
		return r.event(from)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(from.Data, &list); err != nil {
		return garbage(from.Data, err)
	}
	for _, data := range list {
		if err := r.event(providers.ServerEvent{Name: from.Name, Data: data}); err != nil || r.left {
			return err
		}
	}
	return nil
}

func garbage(data []byte, err error) error {
	return &providers.Error{Kind: providers.Cut, Message: fmt.Sprintf("an event of the stream is not what it should be: %.100q", data), Err: err}
}

func (r *reply) event(from providers.ServerEvent) error {
	var e event
	if err := json.Unmarshal(from.Data, &e); err != nil {
		return garbage(from.Data, err)
	}
	if err := e.failed(from); err != nil {
		err.Usage = r.used()
		return err
	}
	if !r.begun {
		r.begun = true
		r.pass(providers.Chunk{})
	}
	if e.Usage != nil {
		r.usage = e.Usage
	}
	if f := e.PromptFeedback; f != nil && f.BlockReason != "" && f.BlockReason != "BLOCK_REASON_UNSPECIFIED" {
		r.blocked = f
	}
	for i := range e.Candidates {
		if e.Candidates[i].Index != 0 {
			continue
		}
		if err := r.candidate(&e.Candidates[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *reply) candidate(c *candidate) error {
	for _, p := range c.Content.Parts {
		switch {
		case p.Call != nil:
			if len(r.calls) == dialect.MaxCalls {
				return dialect.TooManyCalls()
			}
			if r.size += len(p.Call.Args) + len(p.Call.Name); r.size > dialect.MaxArguments {
				return dialect.TooLongCalls()
			}
			r.calls = append(r.calls, p)
		case p.Text == "":
		case p.Thought:
			r.pass(providers.Chunk{Thought: p.Text})
		default:
			r.say(p.Text)
		}
	}
	if c.FinishReason != "" && c.FinishReason != "FINISH_REASON_UNSPECIFIED" {
		r.reason, r.message = c.FinishReason, c.FinishMessage
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
	if err := r.ended(); err != nil {
		return err
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

// whole are the calls. What came along with each is kept.
func (r *reply) whole() ([]providers.ToolCall, error) {
	req := r.builder.req
	calls := dialect.Calls{Round: len(req.Messages)}
	for _, p := range r.calls {
		if err := calls.Add(p.Call.ID, p.Call.Name, string(p.Call.Args)); err != nil {
			return nil, err
		}
	}
	list := calls.List()
	for i, p := range r.calls {
		r.builder.signatures.keep(req, list[i].ID, p.Signature)
	}
	return list, nil
}

// ended is the failure that a reason to end stands for, or nil.
func (r *reply) ended() error {
	switch {
	case r.blocked != nil:
		return r.refused("the vendor's filter stopped the prompt: "+strings.ToLower(r.blocked.BlockReason), r.blocked.Message)
	case r.reason == "SAFETY", r.reason == "RECITATION", r.reason == "LANGUAGE", r.reason == "BLOCKLIST", r.reason == "PROHIBITED_CONTENT", r.reason == "SPII",
		strings.HasPrefix(r.reason, "IMAGE_"):
		return r.refused("the vendor's filter cut the reply: "+strings.ToLower(r.reason), r.message)
	case r.reason == "OTHER", strings.HasPrefix(r.reason, "MALFORMED_"), strings.HasPrefix(r.reason, "MISSING_"),
		r.reason == "UNEXPECTED_TOOL_CALL", r.reason == "TOO_MANY_TOOL_CALLS":
		return &providers.Error{Kind: providers.Cut, Usage: r.used(), Message: with("the vendor broke off the reply: "+strings.ToLower(r.reason), r.message)}
	default:
		return nil
	}
}

func (r *reply) refused(what, detail string) error {
	return &providers.Error{Kind: providers.Refused, Usage: r.used(), Message: with(what, detail)}
}

func with(what, detail string) string {
	if detail == "" {
		return what
	}
	return what + ": " + dialect.Shorten(detail)
}

// finished is the reason to end. One that is not known is told by what was
// said.
func (r *reply) finished(calls int) providers.Finish {
	switch {
	case r.reason == "MAX_TOKENS":
		return providers.FinishLength
	case calls > 0:
		return providers.FinishToolCalls
	default:
		return providers.FinishStop
	}
}
