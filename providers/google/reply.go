package google

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// reply reads the events of a stream and passes on what they say.
type reply struct {
	dialect.Reply
	builder *builder

	calls   []part
	size    int // of all arguments
	reason  string
	message string
	blocked *feedback
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
	if err := dialect.Decode(from.Data, &list); err != nil {
		return err
	}
	for _, data := range list {
		if err := r.event(providers.ServerEvent{Name: from.Name, Data: data}); err != nil {
			return err
		}
	}
	return nil
}

func (r *reply) event(from providers.ServerEvent) error {
	var e event
	if err := dialect.Decode(from.Data, &e); err != nil {
		return err
	}
	if err := e.failed(from); err != nil {
		err.Usage = r.Used()
		return err
	}
	r.Begin()
	if e.Usage != nil {
		r.Usage = e.Usage.tokens()
	}
	if f := e.PromptFeedback; f != nil && f.BlockReason != "" && f.BlockReason != "BLOCK_REASON_UNSPECIFIED" {
		r.blocked, r.Ended = f, true
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
		case p.Thought:
			r.Think(p.Text)
		default:
			r.Say(p.Text)
		}
	}
	if c.FinishReason != "" && c.FinishReason != "FINISH_REASON_UNSPECIFIED" {
		r.reason, r.message, r.Ended = c.FinishReason, c.FinishMessage, true
	}
	return nil
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
	r.End(list, r.reason == "MAX_TOKENS")
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
		return &providers.Error{Kind: providers.Cut, Usage: r.Used(), Message: with("the vendor broke off the reply: "+strings.ToLower(r.reason), r.message)}
	default:
		return nil
	}
}

func (r *reply) refused(what, detail string) error {
	return &providers.Error{Kind: providers.Refused, Usage: r.Used(), Message: with(what, detail)}
}

func with(what, detail string) string {
	if detail == "" {
		return what
	}
	return what + ": " + dialect.Shorten(detail)
}
