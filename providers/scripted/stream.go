package scripted

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

type yield = func(providers.Chunk, error) bool

// stream says what is due.
func (t *turn) stream(ctx context.Context, req *providers.Request, yield yield) {
	if t.err != nil {
		yield(providers.Chunk{}, t.err)
		return
	}
	said, err := t.say(req)
	if err != nil {
		yield(providers.Chunk{}, err)
		return
	}
	if providers.Sleep(ctx, said.delay) != nil {
		yield(providers.Chunk{}, t.canceled(ctx, providers.Usage{}))
		return
	}
	t.send(ctx, req, said, yield)
}

// saying is a reply as it goes out, cut to what the request allows.
type saying struct {
	text      string
	calls     []ToolCall
	finish    providers.Finish
	delay     time.Duration
	usage     *providers.Usage // as the script states it
	simulated bool
}

// say makes the reply that is due into what goes out.
func (t *turn) say(req *providers.Request) (saying, error) {
	s := saying{finish: providers.FinishStop, simulated: t.compose}
	if t.compose {
		text, err := compose(req, t.call)
		if err != nil {
			return s, &providers.Error{
				Kind: providers.BadRequest, Provider: t.script.name, Vendor: vendor, Status: 400, Mark: t.mark, Err: err,
			}
		}
		s.text = text
	} else {
		s.text, s.calls, s.delay, s.usage = t.reply.text, t.reply.ToolCalls, t.reply.Delay, t.reply.Usage
	}
	s.limit(req)
	return s, nil
}

// limit applies the stop sequences and the cap on tokens, as a vendor would:
// what comes after the place where it stops is never said.
func (s *saying) limit(req *providers.Request) {
	if len(s.calls) > 0 {
		s.finish = providers.FinishToolCalls
	}
	if end := stopAt(s.text, req.Stop); end < len(s.text) {
		s.text, s.calls, s.finish = s.text[:end], nil, providers.FinishStop
	}
	if req.MaxTokens <= 0 || req.MaxTokens > maxBytes/bytesPerToken {
		return
	}
	room := req.MaxTokens * bytesPerToken
	if len(s.text) > room {
		s.text, s.calls, s.finish = s.text[:boundary(s.text, room)], nil, providers.FinishLength
	}
	room -= len(s.text)
	for i, c := range s.calls {
		if room -= c.size(); room < 0 {
			s.calls, s.finish = s.calls[:i], providers.FinishLength
			return
		}
	}
}

// send streams the text in pieces, then the tool calls, then the end.
func (t *turn) send(ctx context.Context, req *providers.Request, s saying, yield yield) {
	sent, until := 0, len(s.text)
	cut := t.fail != nil && t.fail.Kind == providers.Cut
	switch {
	case cut:
		until = boundary(s.text, until/2)
	case t.fail != nil:
		until = 0
	}
	for size := pieceSize(s.text, t.script.chunks); sent < until; {
		end := min(pieceEnd(s.text, sent, size), until)
		if ctx.Err() != nil {
			yield(providers.Chunk{}, t.canceled(ctx, s.used(req, sent, 0)))
			return
		}
		if !yield(providers.Chunk{Text: s.text[sent:end]}, nil) {
			return
		}
		sent = end
	}
	if t.fail != nil {
		err := t.script.failure(t.fail)
		if cut && t.fail.Usage == nil {
			err.Usage = s.used(req, sent, 0)
		}
		yield(providers.Chunk{}, err)
		return
	}
	t.end(ctx, req, s, yield)
}

func (t *turn) end(ctx context.Context, req *providers.Request, s saying, yield yield) {
	for i := range s.calls {
		if ctx.Err() != nil {
			yield(providers.Chunk{}, t.canceled(ctx, s.used(req, len(s.text), i)))
			return
		}
		if !yield(providers.Chunk{ToolCall: t.toolCall(i, s.calls[i])}, nil) {
			return
		}
	}
	usage := s.used(req, len(s.text), len(s.calls))
	if ctx.Err() != nil {
		yield(providers.Chunk{}, t.canceled(ctx, usage))
		return
	}
	if s.usage != nil && s.usage.OutputTokens >= 0 {
		usage.OutputTokens = s.usage.OutputTokens
	}
	yield(providers.Chunk{Finish: s.finish, Usage: &usage, Mark: t.mark, Simulated: s.simulated}, nil)
}

// used is what the call has used once sent bytes and calls are out. A stated
// output counts in full at the end alone, and bounds the estimate before.
func (s *saying) used(req *providers.Request, sent, calls int) providers.Usage {
	var u providers.Usage
	if s.usage != nil {
		u = *s.usage
	}
	if s.usage == nil || u.InputTokens < 0 {
		u.InputTokens = tokens(inputSize(req))
	}
	for _, c := range s.calls[:calls] {
		sent += c.size()
	}
	out := tokens(sent)
	if s.usage != nil && s.usage.OutputTokens >= 0 {
		out = min(out, s.usage.OutputTokens)
	}
	u.OutputTokens = out
	return u
}

func (t *turn) toolCall(i int, c ToolCall) *providers.ToolCall {
	call := &providers.ToolCall{
		ID:        "call_" + t.script.idName + "_" + strconv.Itoa(t.call) + "_" + strconv.Itoa(i+1),
		Name:      c.Name,
		Arguments: c.Arguments,
	}
	if len(c.Arguments) == 0 {
		call.Arguments = json.RawMessage("{}")
	}
	return call
}
