package dialect

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Bounds of what a reply's tool calls may be.
const (
	MaxCalls     = 128
	MaxArguments = 1 << 20 // bytes, of all calls together
)

// TooManyCalls is the failure of a reply that asks for more than [MaxCalls].
func TooManyCalls() error {
	return &providers.Error{Kind: providers.Other, Message: fmt.Sprintf("the reply asks for more than %d tools", MaxCalls)}
}

// TooLongCalls is the failure of a reply whose arguments exceed [MaxArguments].
func TooLongCalls() error {
	return &providers.Error{Kind: providers.Other, Message: fmt.Sprintf("the arguments of the reply's tool calls are longer than %d MiB", MaxArguments>>20)}
}

// CutWithinCall is the failure of a reply whose cap was used up within a call.
func CutWithinCall(used providers.Usage) error {
	return &providers.Error{Kind: providers.BadOutput, Usage: used, Message: "max_tokens was used up within a tool call: raise max_tokens"}
}

// Calls are the whole tool calls of a reply.
type Calls struct {
	// Round tells replies of one conversation apart.
	Round int

	list []providers.ToolCall
	seen map[string]bool
}

// Add takes a call. One without an id, or with that of another, gets one of its
// own; its arguments must be an object.
func (c *Calls) Add(id, name, arguments string) error {
	if name == "" {
		return &providers.Error{Kind: providers.Cut, Message: "a tool call has no name"}
	}
	object, ok := Object(arguments)
	if !ok {
		return &providers.Error{Kind: providers.Cut, Message: fmt.Sprintf("the arguments of the call of tool %q are not a JSON object", name)}
	}
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	for n := len(c.list) + 1; id == "" || c.seen[id]; n++ {
		id = fmt.Sprintf("call_%d_%d", c.Round, n)
	}
	c.seen[id] = true
	c.list = append(c.list, providers.ToolCall{ID: id, Name: name, Arguments: object})
	return nil
}

// List are the calls in their order.
func (c *Calls) List() []providers.ToolCall { return c.list }

// Object is a text as a JSON object: nothing stands for an empty one, and an
// object within a string is taken out.
func Object(text string) (json.RawMessage, bool) {
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
