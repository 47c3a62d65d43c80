package google

import (
	"encoding/json"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// event is an event of a stream, or the whole answer of a service that does not
// stream.
type event struct {
	Candidates     []candidate     `json:"candidates"`
	PromptFeedback *feedback       `json:"promptFeedback"`
	Usage          *usage          `json:"usageMetadata"`
	Error          json.RawMessage `json:"error"`
}

type candidate struct {
	Index         int     `json:"index"`
	Content       content `json:"content"`
	FinishReason  string  `json:"finishReason"`
	FinishMessage string  `json:"finishMessage"`
}

type feedback struct {
	BlockReason string `json:"blockReason"`
	Message     string `json:"blockReasonMessage"`
}

// usage counts; later events replace earlier ones.
type usage struct {
	Prompt     int `json:"promptTokenCount"`
	ToolPrompt int `json:"toolUsePromptTokenCount"`
	Cached     int `json:"cachedContentTokenCount"`
	Candidates int `json:"candidatesTokenCount"`
	Thoughts   int `json:"thoughtsTokenCount"`
}

// tokens are the counts in our order: output includes thoughts.
func (u *usage) tokens() *providers.Usage {
	out := &providers.Usage{
		InputTokens: max(0, u.Prompt) + max(0, u.ToolPrompt), OutputTokens: max(0, u.Candidates) + max(0, u.Thoughts), ReasoningTokens: max(0, u.Thoughts),
	}
	out.CachedInputTokens = min(max(0, u.Cached), out.InputTokens)
	return out
}

// failed is the failure that an event tells, or nil.
func (e *event) failed(from providers.ServerEvent) *providers.Error {
	switch {
	case len(e.Error) > 0 && string(e.Error) != "null", from.Name == "error":
		return Failure(0, nil, from.Data)
	case len(e.Candidates) > 0, e.Usage != nil, e.PromptFeedback != nil:
		return nil
	}
	if complaint, ok := providers.ReadComplaint(from.Data); ok && complaint.Message != "" {
		return Failure(0, nil, from.Data)
	}
	return nil
}
