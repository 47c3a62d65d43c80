package openai

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	api "github.com/sashabaranov/go-openai"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Bounds of what a reply's tool calls may be.
const (
	maxCalls     = 128
	maxArguments = 1 << 20 // bytes, of all calls together
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
		if len(c.list) == maxCalls {
			return &providers.Error{Kind: providers.Other, Message: fmt.Sprintf("the reply asks for more than %d tools", maxCalls)}
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
	if c.size += len(f.Function.Arguments) + len(f.Function.Name); c.size > maxArguments {
		return &providers.Error{Kind: providers.Other, Message: fmt.Sprintf("the arguments of the reply's tool calls are longer than %d MiB", maxArguments>>20)}
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
func (c *calls) whole(n *names, round int) ([]providers.ToolCall, error) {
	var out []providers.ToolCall
	seen := map[string]bool{}
	for i, call := range c.list {
		if call.name == "" {
			return nil, &providers.Error{Kind: providers.Cut, Message: "a tool call has no name"}
		}
		arguments, ok := object(call.arguments.String())
		if !ok {
			return nil, &providers.Error{Kind: providers.Cut, Message: fmt.Sprintf("the arguments of the call of tool %q are not a JSON object", n.in(call.name))}
		}
		id := call.id
		if id == "" || seen[id] {
			id = fmt.Sprintf("call_%d_%d", round, i+1)
		}
		seen[id] = true
		out = append(out, providers.ToolCall{ID: id, Name: n.in(call.name), Arguments: arguments})
	}
	return out, nil
}

// object is a text as a JSON object: nothing stands for an empty one, and an
// object within a string is taken out.
func object(text string) (json.RawMessage, bool) {
	text = strings.TrimSpace(text)
	var inner string
	if text == "" || text == "null" {
		return json.RawMessage("{}"), true
	}
	if strings.HasPrefix(text, `"`) && json.Unmarshal([]byte(text), &inner) == nil {
		text = strings.TrimSpace(inner)
	}
	return json.RawMessage(text), strings.HasPrefix(text, "{") && json.Valid([]byte(text))
}
