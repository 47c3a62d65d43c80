package anthropic

import (
	"encoding/json"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// request is the body of a call.
type request struct {
	Model         string        `json:"model"`
	MaxTokens     int           `json:"max_tokens"`
	System        string        `json:"system,omitempty"`
	Messages      []message     `json:"messages"`
	Temperature   *float64      `json:"temperature,omitempty"`
	TopP          *float64      `json:"top_p,omitempty"`
	StopSequences []string      `json:"stop_sequences,omitempty"`
	Tools         []tool        `json:"tools,omitempty"`
	ToolChoice    *toolChoice   `json:"tool_choice,omitempty"`
	OutputConfig  *outputConfig `json:"output_config,omitempty"`
	Stream        bool          `json:"stream"`
}

type tool struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	InputSchema json.RawMessage `json:"input_schema"`
}

type toolChoice struct {
	Type string `json:"type"` // auto, any, tool, none
	Name string `json:"name,omitempty"`
}

type outputConfig struct {
	Format outputFormat `json:"format"`
}

type outputFormat struct {
	Type   string          `json:"type"`
	Schema json.RawMessage `json:"schema"`
}

// builder makes the body of one call and knows what its answer must be read by.
type builder struct {
	req    *providers.Request
	traits traits
	answer *dialect.Answer // nil: plain text
	names  *dialect.Names
}

func newBuilder(req *providers.Request) *builder {
	b := &builder{req: req, traits: traitsOf(req.Model), names: dialect.NewNames(req.Tools)}
	if len(req.Schema) == 0 {
		return b
	}
	b.answer = dialect.NewAnswer(req.Schema)
	if !b.traits.native || !enforceable(b.answer.Schema) {
		b.answer.Tool = b.names.Fresh(dialect.AnswerTool)
	}
	return b
}

func (b *builder) body() ([]byte, error) {
	req := b.req
	out := &request{
		Model: req.Model, MaxTokens: req.MaxTokens, System: req.System, Messages: b.messages(), StopSequences: stops(req.Stop), Tools: b.tools(), Stream: true,
	}
	if out.MaxTokens == 0 {
		out.MaxTokens = b.traits.most
	}
	if b.traits.sampled {
		b.sample(out)
	}
	if len(out.Tools) > len(req.Tools) { // of calls made before, which may not be made again
		out.ToolChoice = &toolChoice{Type: "none"}
	}
	switch a := b.answer; {
	case a == nil:
	case a.Tool == "":
		out.OutputConfig = &outputConfig{outputFormat{"json_schema", a.Schema}}
	default:
		out.ToolChoice = &toolChoice{Type: "any"}
		if len(req.Tools) == 0 {
			out.ToolChoice = &toolChoice{Type: "tool", Name: a.Tool}
		}
		out.Tools = append(out.Tools, tool{a.Tool, dialect.AnswerHelp, a.Schema})
	}
	return dialect.Body(out)
}

// sample sets temperature and top_p, or the first of them. The service's scale
// ends at 1.
func (b *builder) sample(out *request) {
	if t := b.req.Temperature; t != nil {
		warm := min(*t, 1)
		out.Temperature = &warm
	}
	if b.traits.both || out.Temperature == nil {
		out.TopP = b.req.TopP
	}
}

// tools are the request's, or, where it has none any more, those that the
// conversation has called: the service wants to know them.
func (b *builder) tools() []tool {
	var out []tool
	for _, t := range b.req.Tools {
		schema := t.Schema
		if len(schema) == 0 {
			schema = json.RawMessage(dialect.NoArguments)
		}
		out = append(out, tool{b.names.Out(t.Name), t.Description, schema})
	}
	if len(out) > 0 {
		return out
	}
	known := map[string]bool{}
	for i := range b.req.Messages {
		for _, call := range b.req.Messages[i].ToolCalls {
			if name := b.names.Out(call.Name); !known[name] {
				known[name] = true
				out = append(out, tool{Name: name, InputSchema: json.RawMessage(`{"type":"object"}`)})
			}
		}
	}
	return out
}

// stops are the stop sequences but for blank ones, which the service refuses.
func stops(list []string) []string {
	var out []string
	for _, s := range list {
		if !blank(s) {
			out = append(out, s)
		}
	}
	return out
}
