package scripted

import (
	"encoding/json"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// DefaultModel is the name of the model where a scenario gives none.
const DefaultModel = "scripted"

// Config is a script. Its zero value composes every answer.
type Config struct {
	// Name is the provider's name, for error messages and tool call ids.
	Name string
	// Strict fails a call when no reply is left, instead of composing one.
	Strict  bool
	Replies []Reply
	Fails   []Fail
	// Chunks is in how many pieces a text is streamed at most, at the ends of
	// words; 0 stands for 32, 1 for whole texts. A text below 40 bytes is
	// always one piece.
	Chunks int
	// Watch, if set, is told what is due at each call, before Stream returns. Models
	// of several sessions may call it at once; it must not call the model.
	Watch func(Due)
}

// Due is what a script has for a call: the places of a reply and of a failure in
// [Config], -1 for none. A stream that is cut has both. Err is why there is
// nothing: a [NoReplyError], or a condition that cannot be evaluated.
type Due struct {
	Reply, Fail int
	Err         error
}

// When decides whether a reply or a failure is due at a call, which is counted
// from 1. It is called before Stream returns, one call at a time, and must not
// call the model.
type When func(req *providers.Request, call int) (bool, error)

// Reply is one answer of a script.
type Reply struct {
	// Label is where the script has it, such as scenario.hcl:12.
	Label string
	// Agent is the only agent that gets this reply, or empty.
	Agent string
	// When decides; a reply without it is used in its turn.
	When When
	// Times is how often the reply is used at most; 0 is once without When and
	// without bound with it.
	Times int
	// Content is the text. Data, when set, is the text instead: the JSON of a
	// structured answer, streamed as it is.
	Content string
	Data    json.RawMessage
	// ToolCalls follow the text.
	ToolCalls []ToolCall
	// Delay is the wait before the first chunk.
	Delay time.Duration
	// Usage is what the reply reports; nil, or a negative number in it, leaves
	// the number to be estimated.
	Usage *providers.Usage
	// Fail is how the call fails instead of being answered, after the delay, or
	// empty. With kind cut half of the text is streamed first; otherwise what is
	// to be estimated of the usage is 0.
	Fail providers.Kind
}

// ToolCall is a tool call of a [Reply]; it gets its id when it is made.
type ToolCall struct {
	Name string
	// Arguments is a JSON object; empty stands for {}.
	Arguments json.RawMessage
}

// Fail makes calls fail.
type Fail struct {
	// Label is where the script has it.
	Label string
	// Call is the first call that fails, from 1; 0 leaves it to When, and
	// without When every call fails.
	Call int
	When When
	// Times is how many calls fail at most; 0 is one with Call and without
	// bound otherwise.
	Times int
	// Kind is how the call fails, empty for overloaded. With kind cut, half of
	// the text that was due is streamed first; the reply is not used up.
	Kind providers.Kind
	// RetryAfter is the wish that the error carries.
	RetryAfter time.Duration
	// Usage is what the call has used all the same; nil is what it has read and
	// said before it broke off, and nothing for the other kinds.
	Usage *providers.Usage
}
