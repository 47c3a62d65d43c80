package dialect

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// wrapper is the field of an answer that is not an object itself.
const wrapper = "value"

// Answer is a structured answer: how it is asked for, and how it is read.
type Answer struct {
	// Schema is what the vendor is given: always that of an object.
	Schema json.RawMessage
	// Tool is the tool whose arguments the answer is, as the vendor knows it;
	// empty where it is the text.
	Tool string
	// Loose says that the vendor need not keep to the schema while it writes.
	Loose bool

	wrapped bool
}

// NewAnswer makes an answer of a schema. One that is not an object becomes the
// only field of one.
func NewAnswer(schema json.RawMessage) *Answer {
	a := &Answer{Schema: schema}
	var fields map[string]json.RawMessage
	if json.Unmarshal(schema, &fields) == nil && string(fields["type"]) != `"object"` {
		a.wrapped, a.Schema = true, wrap(fields)
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

// Hint tells a loose answer's schema in words.
func (a *Answer) Hint() string {
	if !a.Loose {
		return ""
	}
	var compact bytes.Buffer
	if json.Compact(&compact, a.Schema) != nil {
		return ""
	}
	return "Answer with JSON alone, without any words around it. It must satisfy this JSON schema:\n" + compact.String()
}

// Held says whether the text is kept back until it is whole.
func (a *Answer) Held() bool { return a != nil && (a.wrapped || a.Loose || a.Tool != "") }

// Text is the answer itself, taken out of what stands around it. A text in
// which there is no JSON stays as it is, but for what the model thought first.
func (a *Answer) Text(s string) string {
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

// Split takes the answer out of a reply's calls, whose names are the vendor's,
// and gives the text that was kept back. Tools that are called beside an answer
// come first: it did not know what they say. A nil answer changes nothing.
func (a *Answer) Split(list []providers.ToolCall, kept string) (rest []providers.ToolCall, text string) {
	if a == nil {
		return list, kept
	}
	called := false
	for _, call := range list {
		if a.Tool == "" || call.Name != a.Tool {
			rest = append(rest, call)
			continue
		}
		called, text = true, string(call.Arguments)
	}
	switch {
	case len(rest) > 0 && called:
		return rest, ""
	case len(rest) > 0:
		return rest, kept
	case called:
		return nil, a.Text(text)
	case kept == "":
		return nil, ""
	default:
		return nil, a.Text(kept)
	}
}
