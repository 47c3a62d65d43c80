package openai

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"

	api "github.com/sashabaranov/go-openai"

	"github.com/agentconnect-dev/agentconnect/providers"
	shared "github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// request is the body of a call. Its parts are go-openai's; the whole is not,
// since that leaves out a temperature of 0 and knows no random_seed.
type request struct {
	Model               string                            `json:"model"`
	Messages            []message                         `json:"messages"`
	MaxTokens           int                               `json:"max_tokens,omitempty"`
	MaxCompletionTokens int                               `json:"max_completion_tokens,omitempty"`
	Temperature         *float64                          `json:"temperature,omitempty"`
	TopP                *float64                          `json:"top_p,omitempty"`
	Seed                *int64                            `json:"seed,omitempty"`
	RandomSeed          *int64                            `json:"random_seed,omitempty"`
	Stop                []string                          `json:"stop,omitempty"`
	Tools               []api.Tool                        `json:"tools,omitempty"`
	ToolChoice          any                               `json:"tool_choice,omitempty"`
	ResponseFormat      *api.ChatCompletionResponseFormat `json:"response_format,omitempty"`
	Stream              bool                              `json:"stream"`
	StreamOptions       *api.StreamOptions                `json:"stream_options,omitempty"`
}

// message has its content even when it is empty: a tool may answer nothing.
type message struct {
	Role       string         `json:"role"`
	Content    *string        `json:"content"`
	ToolCalls  []api.ToolCall `json:"tool_calls,omitempty"`
	ToolCallID string         `json:"tool_call_id,omitempty"`
}

// builder makes the body of one call and knows what its answer must be read by.
type builder struct {
	dialect *dialect
	req     *providers.Request
	output  output
	answer  *shared.Answer // nil: plain text
	names   *shared.Names
}

func newBuilder(d *dialect, req *providers.Request) *builder {
	b := &builder{dialect: d, req: req, output: d.output, names: shared.NewNames(req.Tools)}
	if len(req.Tools) > 0 {
		b.output = d.beside
	}
	b.answer = newAnswer(req, b.output, b.names)
	return b
}

func (b *builder) body() ([]byte, error) {
	d, req := b.dialect, b.req
	out := &request{Model: req.Model, Messages: b.messages(), Stop: req.Stop, Stream: true, Tools: b.tools()}
	if d.newCap {
		out.MaxCompletionTokens = req.MaxTokens
	} else {
		out.MaxTokens = req.MaxTokens
	}
	if d.fixed == nil || !d.fixed(req.Model) {
		out.Temperature, out.TopP = req.Temperature, req.TopP
	}
	switch d.seed {
	case seedPlain:
		out.Seed = req.Seed
	case seedMistral:
		out.RandomSeed = req.Seed
	}
	if !d.silent {
		out.StreamOptions = &api.StreamOptions{IncludeUsage: true}
	}
	b.ask(out)
	return shared.Body(out)
}

func (b *builder) messages() []message {
	out := make([]message, 0, len(b.req.Messages)+1)
	system := b.req.System
	if b.answer != nil {
		system = strings.TrimSpace(system + "\n\n" + b.answer.Hint())
	}
	if system != "" {
		out = append(out, message{Role: api.ChatMessageRoleSystem, Content: &system})
	}
	for i := range b.req.Messages {
		out = append(out, b.message(&b.req.Messages[i]))
	}
	return out
}

func (b *builder) message(m *providers.Message) message {
	out := message{Role: api.ChatMessageRoleUser, Content: &m.Content}
	switch m.Role {
	case providers.User:
	case providers.Assistant:
		out.Role = api.ChatMessageRoleAssistant
		if m.Content == "" && len(m.ToolCalls) > 0 {
			out.Content = nil
		}
		for _, call := range m.ToolCalls {
			out.ToolCalls = append(out.ToolCalls, api.ToolCall{
				ID: b.id(call.ID), Type: api.ToolTypeFunction,
				Function: api.FunctionCall{Name: b.names.Out(call.Name), Arguments: argumentsOr(string(call.Arguments))},
			})
		}
	case providers.ToolRole:
		out.Role, out.ToolCallID = api.ChatMessageRoleTool, b.id(m.ToolCallID)
		if m.ToolError { // the dialect has no other way to say so
			text := "Error: " + strings.TrimPrefix(m.Content, "Error: ")
			out.Content = &text
		}
	}
	return out
}

// id is a tool call's id as the service wants it. Ids of other vendors come in
// with a conversation that has fallen back.
func (b *builder) id(id string) string {
	fits := len(id) <= maxID
	if b.dialect.shortIDs {
		fits = shortID.MatchString(id)
	}
	if fits {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])[:9]
}

func (b *builder) tools() []api.Tool {
	var out []api.Tool
	for _, t := range b.req.Tools {
		schema := t.Schema
		if len(schema) == 0 {
			schema = json.RawMessage(shared.NoArguments)
		}
		out = append(out, function(b.names.Out(t.Name), t.Description, schema))
	}
	return out
}

func function(name, description string, schema json.RawMessage) api.Tool {
	return api.Tool{Type: api.ToolTypeFunction, Function: &api.FunctionDefinition{Name: name, Description: description, Parameters: schema}}
}

func argumentsOr(arguments string) string {
	if arguments == "" {
		return "{}"
	}
	return arguments
}

// maxID is how long the id of a tool call may be.
const maxID = 40

// shortID is an id where ids are short.
var shortID = regexp.MustCompile(`^[a-zA-Z0-9]{9}$`)
