package openai

import (
	"encoding/json"

	api "github.com/sashabaranov/go-openai"

	"github.com/agentconnect-dev/agentconnect/providers"
	shared "github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// newAnswer is how a request's structured answer is asked for and read; nil
// where the answer is plain text.
func newAnswer(req *providers.Request, o output, n *shared.Names) *shared.Answer {
	if len(req.Schema) == 0 {
		return nil
	}
	a := shared.NewAnswer(req.Schema)
	a.Loose = o == outputHinted || o == outputObject || o == outputPrompted
	if o == outputTool {
		a.Tool = n.Fresh(shared.AnswerTool)
	}
	return a
}

// ask puts into a request what makes the service answer in this shape.
func (b *builder) ask(out *request) {
	a := b.answer
	if a == nil {
		return
	}
	switch b.output {
	case outputSchema, outputHinted:
		out.ResponseFormat = &api.ChatCompletionResponseFormat{
			Type:       api.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &api.ChatCompletionResponseFormatJSONSchema{Name: shared.AnswerTool, Schema: a.Schema, Strict: strict(a.Schema)},
		}
	case outputObject:
		out.ResponseFormat = &api.ChatCompletionResponseFormat{Type: api.ChatCompletionResponseFormatTypeJSONObject}
	case outputPrompted:
	case outputTool:
		out.ToolChoice = b.dialect.anyTool
		if len(out.Tools) == 0 {
			out.ToolChoice = api.ToolChoice{Type: api.ToolTypeFunction, Function: api.ToolFunction{Name: a.Tool}}
		}
		out.Tools = append(out.Tools, function(a.Tool, shared.AnswerHelp, a.Schema))
	}
}

// strict says whether a schema is one that a service can enforce: each object
// names all its fields as required and allows no others.
func strict(schema json.RawMessage) bool {
	var s struct {
		Type                 any                        `json:"type"`
		Properties           map[string]json.RawMessage `json:"properties"`
		Required             []string                   `json:"required"`
		AdditionalProperties any                        `json:"additionalProperties"`
		Items                json.RawMessage            `json:"items"`
		AnyOf                []json.RawMessage          `json:"anyOf"`
		Defs                 map[string]json.RawMessage `json:"$defs"`
		Definitions          map[string]json.RawMessage `json:"definitions"`
	}
	if json.Unmarshal(schema, &s) != nil {
		return false
	}
	if s.Type == "object" && (s.AdditionalProperties != false || len(s.Required) != len(s.Properties)) {
		return false
	}
	parts := s.AnyOf
	if len(s.Items) > 0 {
		parts = append(parts, s.Items)
	}
	for _, more := range []map[string]json.RawMessage{s.Properties, s.Defs, s.Definitions} {
		for _, part := range more {
			parts = append(parts, part)
		}
	}
	for _, part := range parts {
		if !strict(part) {
			return false
		}
	}
	return true
}
