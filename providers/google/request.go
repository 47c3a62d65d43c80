package google

import (
	"encoding/json"
	"regexp"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// request is the body of a call.
type request struct {
	SystemInstruction *content    `json:"systemInstruction,omitempty"`
	Contents          []content   `json:"contents"`
	Tools             []tools     `json:"tools,omitempty"`
	ToolConfig        *toolConfig `json:"toolConfig,omitempty"`
	GenerationConfig  *generation `json:"generationConfig,omitempty"`
}

type tools struct {
	FunctionDeclarations []function `json:"functionDeclarations"`
}

type function struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parametersJsonSchema,omitempty"`
}

type toolConfig struct {
	FunctionCallingConfig calling `json:"functionCallingConfig"`
}

type calling struct {
	Mode string `json:"mode"` // AUTO, ANY, NONE
}

type generation struct {
	Temperature     *float64        `json:"temperature,omitempty"`
	TopP            *float64        `json:"topP,omitempty"`
	Seed            *int32          `json:"seed,omitempty"`
	MaxOutputTokens int             `json:"maxOutputTokens,omitempty"`
	StopSequences   []string        `json:"stopSequences,omitempty"`
	MIMEType        string          `json:"responseMimeType,omitempty"`
	Schema          json.RawMessage `json:"responseJsonSchema,omitempty"`
	Thinking        *thinking       `json:"thinkingConfig,omitempty"`
}

type thinking struct {
	IncludeThoughts bool `json:"includeThoughts"`
}

// thinks are the models that can tell what they think.
var thinks = regexp.MustCompile(`^(models/)?gemini-(2\.5|[3-9])`)

// builder makes the body of one call and knows what its answer must be read by.
type builder struct {
	req        *providers.Request
	answer     *dialect.Answer // nil: plain text
	names      *dialect.Names
	signatures *signatures
}

func newBuilder(req *providers.Request, s *signatures) *builder {
	b := &builder{req: req, names: dialect.NewNames(req.Tools), signatures: s}
	if len(req.Schema) > 0 {
		b.answer = dialect.NewAnswer(req.Schema)
		if len(req.Tools) > 0 { // a format and functions do not go together
			b.answer.Tool = b.names.Fresh(dialect.AnswerTool)
		}
	}
	return b
}

func (b *builder) body() ([]byte, error) {
	req := b.req
	g := &generation{Temperature: req.Temperature, TopP: req.TopP, MaxOutputTokens: req.MaxTokens, StopSequences: req.Stop}
	if req.Seed != nil {
		seed := int32(*req.Seed & 0x7fffffff) //nolint:gosec // masked: the service's seeds have 32 bits
		g.Seed = &seed
	}
	if thinks.MatchString(req.Model) {
		g.Thinking = &thinking{IncludeThoughts: true}
	}
	out := &request{Contents: b.contents(), GenerationConfig: g}
	if req.System != "" {
		out.SystemInstruction = &content{Parts: []part{{Text: req.System}}}
	}
	var list []function
	for _, t := range req.Tools {
		list = append(list, function{b.names.Out(t.Name), t.Description, t.Schema})
	}
	switch a := b.answer; {
	case a == nil:
	case a.Tool == "":
		g.MIMEType, g.Schema = "application/json", a.Schema
	default:
		list = append(list, function{a.Tool, dialect.AnswerHelp, a.Schema})
		out.ToolConfig = &toolConfig{calling{"ANY"}}
	}
	if len(list) > 0 {
		out.Tools = []tools{{list}}
	}
	return dialect.Body(out)
}
