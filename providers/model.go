package providers

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// Model streams replies to requests. It is what a provider block configures.
type Model interface {
	// Stream answers a request. It returns at once; see the package comment
	// for when work is done. After the first error the sequence ends. A reply
	// without an error ends with exactly one chunk that has Finish set. The
	// request must stay as it is until the range has ended.
	Stream(ctx context.Context, req *Request) iter.Seq2[Chunk, error]
}

// PerSession is implemented by models that keep a state for each session, such
// as a script that is walked through. The engine then calls Stream on the
// session's own model, from one goroutine at a time, in the order in which the
// session makes its calls; ranging over the sequences may happen concurrently.
type PerSession interface {
	Model
	// ForSession gives the model of a new or resumed session. Marks are the
	// [Chunk.Mark] or [Error.Mark] values of the session's earlier calls to
	// this model, one for each call, in the order of the calls. A mark that is
	// empty or from elsewhere stands for a call that is not known.
	ForSession(marks []string) Model
}

// Request is one call to a model. It is a value: models never change it and
// never keep it beyond the call.
type Request struct {
	// Model is the vendor's model name; never empty when the engine calls.
	Model string
	// Session and Agent say on whose behalf the call is made.
	Session, Agent string
	// System is the system prompt.
	System string
	// Messages is the conversation, oldest first.
	Messages []Message
	// Tools may be called by the model.
	Tools []ToolSpec
	// Schema, when set, is the JSON schema that the reply's text must satisfy.
	Schema json.RawMessage
	// MaxTokens caps the reply, in tokens; 0 is the vendor's default.
	MaxTokens int
	// Temperature, TopP and Seed are nil when the scenario is silent.
	Temperature, TopP *float64
	Seed              *int64
	// Stop are stop sequences.
	Stop []string
	// Env gives the expression environment of the session at this call, for
	// scripts. It is nil outside of a session, and must be called before
	// Stream returns.
	Env func() any
}

// Role says whose words a message holds.
type Role string

// The roles.
const (
	User      Role = "user"
	Assistant Role = "assistant"
	ToolRole  Role = "tool"
)

// Message is one entry of a conversation.
type Message struct {
	Role    Role
	Content string
	// ToolCalls are the calls that an assistant's message asks for.
	ToolCalls []ToolCall
	// ToolCallID names the call that a tool's message answers; ToolError says
	// that Content is an error text.
	ToolCallID string
	ToolError  bool
}

// ToolSpec describes a tool to the model.
type ToolSpec struct {
	Name, Description string
	// Schema is the JSON schema of the arguments, an object.
	Schema json.RawMessage
}

// ToolCall is a model's wish to call a tool.
type ToolCall struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
}

// Finish says why a reply ended.
type Finish string

// The reasons for which a reply ends.
const (
	FinishStop      Finish = "stop"
	FinishLength    Finish = "length"
	FinishToolCalls Finish = "tool_calls"
)

// Chunk is a piece of a reply. Text pieces concatenate; tool calls arrive
// whole; the last chunk has Finish and Usage.
type Chunk struct {
	Text     string
	Thought  string
	ToolCall *ToolCall
	// Finish is set on the last chunk alone.
	Finish Finish
	// Usage is set on the last chunk, when the vendor reports it.
	Usage *Usage
	// Mark, on the last chunk, is an opaque note of a [PerSession] model that
	// the engine stores and gives back when the session is resumed: a short
	// text that later versions understand too.
	Mark string
	// Simulated, on the last chunk, says that no model and no script wrote
	// this reply.
	Simulated bool
}

// Usage counts the tokens of a call. Input includes cached input, output
// includes reasoning.
type Usage struct {
	InputTokens       int `json:"input_tokens"`
	CachedInputTokens int `json:"cached_input_tokens,omitempty"`
	OutputTokens      int `json:"output_tokens"`
	ReasoningTokens   int `json:"reasoning_tokens,omitempty"`
}

// Total is input and output together, in tokens.
func (u Usage) Total() int { return u.InputTokens + u.OutputTokens }

// Add returns the sum of two usages.
func (u Usage) Add(v Usage) Usage {
	return Usage{
		InputTokens:       u.InputTokens + v.InputTokens,
		CachedInputTokens: u.CachedInputTokens + v.CachedInputTokens,
		OutputTokens:      u.OutputTokens + v.OutputTokens,
		ReasoningTokens:   u.ReasoningTokens + v.ReasoningTokens,
	}
}

// Price is what tokens cost, in USD per million.
type Price struct {
	Input, CachedInput, Output float64
}

// Cost is the price of a usage in USD.
func (p Price) Cost(u Usage) float64 {
	fresh := u.InputTokens - u.CachedInputTokens
	return (float64(fresh)*p.Input + float64(u.CachedInputTokens)*p.CachedInput + float64(u.OutputTokens)*p.Output) / 1e6
}

// Settings are what a provider block configures besides the vendor's dialect.
type Settings struct {
	// Name is the block's name, Kind its first label.
	Name, Kind string
	// Model is the default model.
	Model string
	// Timeout bounds a whole call, FirstTokenTimeout the wait for its first
	// chunk; 0 is no bound.
	Timeout, FirstTokenTimeout time.Duration
	Retry                      Retry
	// Price is nil when it is not known: unknown is never zero.
	Price *Price
}
