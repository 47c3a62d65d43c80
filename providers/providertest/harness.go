package providertest

import (
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Harness is what the contract needs to know of a provider.
type Harness struct {
	// Model makes a model whose far side gives these replies, one for each call
	// in the order in which they are made. What it starts it also ends, with
	// t.Cleanup; after that no goroutine may be left.
	Model func(t *testing.T, replies ...Reply) providers.Model
	// Kinds are the failures that the far side can be made to show.
	Kinds []providers.Kind
	// Secret, if set, is the key that the model was given; no error may name it.
	Secret string
}

// Reply is what the far side says to one call.
type Reply struct {
	Text      string
	ToolCalls []ToolCall
	// Finish is the far side's reason to stop, if it is not told by the rest.
	// With FinishLength the request has a MaxTokens that Text exceeds: a far
	// side that cuts by itself may do so.
	Finish providers.Finish
	// Usage is what the far side reports; its zero value leaves it to it.
	Usage providers.Usage
	// Fail makes the call fail with that kind; with Cut, at least the first word
	// of Text has been said before.
	Fail providers.Kind
	// RetryAfter goes with Fail: whole seconds.
	RetryAfter time.Duration
	// Silent makes the far side never end this reply: it says nothing more
	// after Text, or nothing at all, until the caller gives up.
	Silent bool
}

// ToolCall is a tool call of a [Reply]. The far side gives it an id.
type ToolCall struct {
	Name, Arguments string
}
