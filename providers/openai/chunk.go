package openai

import (
	"encoding/json"
	"strings"

	api "github.com/sashabaranov/go-openai"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// chunk is an event of a stream, or the whole answer of a service that does not
// stream, with what the look-alikes add.
type chunk struct {
	Choices []choice        `json:"choices"`
	Usage   *usage          `json:"usage"`
	Error   json.RawMessage `json:"error"`
	Object  string          `json:"object"`
	// XGroq is where Groq puts usage and late errors.
	XGroq *struct {
		Usage *usage `json:"usage"`
		Error string `json:"error"`
	} `json:"x_groq"`
}

type choice struct {
	Index        int             `json:"index"`
	Delta        delta           `json:"delta"`
	Message      delta           `json:"message"` // without streaming
	FinishReason string          `json:"finish_reason"`
	Error        json.RawMessage `json:"error"` // OpenRouter's
}

type delta struct {
	Content          content        `json:"content"`
	Refusal          string         `json:"refusal"`
	ReasoningContent string         `json:"reasoning_content"`
	Reasoning        string         `json:"reasoning"` // Groq, OpenRouter, Ollama
	ToolCalls        []api.ToolCall `json:"tool_calls"`
}

// content is a text, or a list of parts, some of which may be thoughts.
type content struct {
	text, thought string
}

// UnmarshalJSON takes null, a text or a list.
func (c *content) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &c.text)
	}
	var parts []struct {
		Text     string  `json:"text"`
		Thinking content `json:"thinking"`
	}
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	var text, thought strings.Builder
	for _, p := range parts {
		text.WriteString(p.Text)
		thought.WriteString(p.Thinking.text)
	}
	c.text, c.thought = text.String(), thought.String()
	return nil
}

// failed is the failure that an event tells, or nil.
func (c *chunk) failed(name string, data []byte) *providers.Error {
	if len(c.Choices) > 0 && given(c.Choices[0].Error) {
		return providers.Failure(0, nil, append(append([]byte(`{"error":`), c.Choices[0].Error...), '}'))
	}
	if c.XGroq != nil && c.XGroq.Error != "" {
		return &providers.Error{Kind: providers.Cut, Message: "the vendor broke off: " + c.XGroq.Error}
	}
	if given(c.Error) || name == "error" || c.Object == "error" {
		return providers.Failure(0, nil, data)
	}
	if len(c.Choices) > 0 || c.Usage != nil {
		return nil
	}
	if complaint, ok := providers.ReadComplaint(data); ok && complaint.Message != "" {
		return providers.Failure(0, nil, data)
	}
	return nil
}

func given(raw json.RawMessage) bool {
	switch string(raw) {
	case "", "null", "{}", `""`, "false":
		return false
	default:
		return true
	}
}

// usage is go-openai's, with DeepSeek's count of what came from the cache.
type usage struct {
	api.Usage

	PromptCacheHitTokens int `json:"prompt_cache_hit_tokens"`
}

// tokens puts the numbers in order: input includes what came from the cache,
// output includes reasoning, whatever the service counts where.
func (u *usage) tokens() *providers.Usage {
	out := &providers.Usage{InputTokens: max(0, u.PromptTokens), OutputTokens: max(0, u.CompletionTokens)}
	cached := u.PromptCacheHitTokens
	if d := u.PromptTokensDetails; d != nil {
		cached = max(cached, d.CachedTokens)
	}
	if d := u.CompletionTokensDetails; d != nil {
		out.ReasoningTokens = max(0, d.ReasoningTokens)
	}
	if out.ReasoningTokens > 0 && (out.ReasoningTokens > out.OutputTokens || u.TotalTokens == out.InputTokens+out.OutputTokens+out.ReasoningTokens) {
		out.OutputTokens += out.ReasoningTokens // xAI counts them apart
	}
	out.CachedInputTokens = min(max(0, cached), out.InputTokens)
	return out
}
