package openai

import (
	"bytes"
	"encoding/json"
	"strings"

	api "github.com/sashabaranov/go-openai"

	shared "github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// answerName is what a structured answer is called.
const answerName = "answer"

// wrapper is the field of an answer that is not an object itself.
const wrapper = "value"

// answer is a structured answer: how it is asked for, and how it is read.
type answer struct {
	output  output
	schema  json.RawMessage // of an object
	wrapped bool
	tool    string // the tool whose arguments it is
}

func newAnswer(schema json.RawMessage, o output, n *shared.Names) *answer {
	a := &answer{output: o, schema: schema}
	var fields map[string]json.RawMessage
	if json.Unmarshal(schema, &fields) == nil && string(fields["type"]) != `"object"` {
		a.wrapped, a.schema = true, wrap(fields)
	}
	if o == outputTool {
		a.tool = n.Fresh(answerName)
	}
	return a
}

// wrap makes a schema that of an object's only field. Definitions stay where
// references look for them.
func wrap(fields map[string]json.RawMessage) json.RawMessage {
	outer := map[string]any{"type": "object", "required": []string{wrapper}, "additionalProperties": false}
	for _, name := range []string{"$schema", "$defs", "definitions"} {
		if raw, ok := fields[name]; ok {
			outer[name] = raw
			delete(fields, name)
		}
	}
	outer["properties"] = map[string]any{wrapper: fields}
	schema, err := json.Marshal(outer)
	if err != nil {
		return json.RawMessage(`{"type":"object"}`) // raw messages that were decoded are valid
	}
	return schema
}

// hint tells the schema in words, where the service does not enforce it.
func (a *answer) hint() string {
	if a.output == outputSchema || a.output == outputTool {
		return ""
	}
	var compact bytes.Buffer
	if json.Compact(&compact, a.schema) != nil {
		return ""
	}
	return "Answer with JSON alone, without any words around it. It must satisfy this JSON schema:\n" + compact.String()
}

// ask puts into a request what makes the service answer in this shape.
func (a *answer) ask(out *request, anyTool string) {
	switch a.output {
	case outputSchema, outputHinted:
		out.ResponseFormat = &api.ChatCompletionResponseFormat{
			Type:       api.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &api.ChatCompletionResponseFormatJSONSchema{Name: answerName, Schema: a.schema, Strict: strict(a.schema)},
		}
	case outputObject:
		out.ResponseFormat = &api.ChatCompletionResponseFormat{Type: api.ChatCompletionResponseFormatTypeJSONObject}
	case outputPrompted:
	case outputTool:
		out.ToolChoice = anyTool
		if len(out.Tools) == 0 {
			out.ToolChoice = api.ToolChoice{Type: api.ToolTypeFunction, Function: api.ToolFunction{Name: a.tool}}
		}
		out.Tools = append(out.Tools, function(a.tool, "Gives the answer. Call it once, when the answer is ready.", a.schema))
	}
}

// held says whether the text is kept back until it is whole.
func (a *answer) held() bool { return a != nil && (a.wrapped || a.output != outputSchema) }

// text is the answer itself, taken out of what stands around it. A text in
// which there is no JSON stays as it is.
func (a *answer) text(s string) string {
	s = strings.TrimSpace(s)
	if _, after, found := strings.Cut(s, "</think>"); found && strings.HasPrefix(s, "<think>") {
		s = strings.TrimSpace(after)
	}
	if !json.Valid([]byte(s)) {
		if from, to := strings.IndexByte(s, '{'), strings.LastIndexByte(s, '}'); from >= 0 && to > from && json.Valid([]byte(s[from:to+1])) {
			s = s[from : to+1]
		}
	}
	var outer map[string]json.RawMessage
	if a.wrapped && json.Unmarshal([]byte(s), &outer) == nil && len(outer) == 1 && outer[wrapper] != nil {
		return string(outer[wrapper])
	}
	return s
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
