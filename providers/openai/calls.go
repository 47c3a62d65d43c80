package openai

import (
	"slices"
	"strings"

	api "github.com/sashabaranov/go-openai"

	"github.com/agentconnect-dev/agentconnect/providers"
	shared "github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// calls puts tool calls together from their fragments.
type calls struct {
	list []*toolCall
	size int
}

type toolCall struct {
	index     int
	id, name  string
	arguments strings.Builder
}

// add takes a fragment: the first of a call names it, the others add to its
// arguments.
func (c *calls) add(f *api.ToolCall) error {
	call := c.of(f)
	if call == nil {
		if len(c.list) == shared.MaxCalls {
			return shared.TooManyCalls()
		}
		call = &toolCall{index: len(c.list)}
		if f.Index != nil {
			call.index = *f.Index
		}
		c.list = append(c.list, call)
	}
	if call.id == "" {
		call.id = f.ID
	}
	if call.name == "" {
		call.name = f.Function.Name
	}
	if c.size += len(f.Function.Arguments) + len(f.Function.Name); c.size > shared.MaxArguments {
		return shared.TooLongCalls()
	}
	call.arguments.WriteString(f.Function.Arguments)
	return nil
}

// of finds the call that a fragment belongs to. There are services that leave
// the index out, or give the same one to all.
func (c *calls) of(f *api.ToolCall) *toolCall {
	if len(c.list) == 0 {
		return nil
	}
	last := c.list[len(c.list)-1]
	if f.Index == nil {
		if f.ID != "" && f.ID != last.id || f.ID == "" && f.Function.Name != "" {
			return nil
		}
		return last
	}
	for _, call := range slices.Backward(c.list) {
		if call.index != *f.Index {
			continue
		}
		if f.ID != "" && call.id != "" && f.ID != call.id && f.Function.Name != "" {
			return nil
		}
		return call
	}
	return nil
}

// whole are the calls with ids that differ, in the order in which they began.
// Round tells replies of one conversation apart.
func (c *calls) whole(round int) ([]providers.ToolCall, error) {
	out := shared.Calls{Round: round}
	for _, call := range c.list {
		if err := out.Add(call.id, call.name, call.arguments.String()); err != nil {
			return nil, err
		}
	}
	return out.List(), nil
}
