package google

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// The roles of a conversation.
const (
	roleUser  = "user"
	roleModel = "model"
)

// content is a turn of one side.
type content struct {
	Role  string `json:"role,omitempty"`
	Parts []part `json:"parts"`
}

// part is a text, a call of a function or its result.
type part struct {
	Text      string        `json:"text,omitempty"`
	Thought   bool          `json:"thought,omitempty"`
	Call      *functionCall `json:"functionCall,omitempty"`
	Result    *result       `json:"functionResponse,omitempty"`
	Signature string        `json:"thoughtSignature,omitempty"`
}

type functionCall struct {
	ID   string          `json:"id,omitempty"`
	Name string          `json:"name"`
	Args json.RawMessage `json:"args,omitempty"`
}

type result struct {
	ID       string   `json:"id,omitempty"`
	Name     string   `json:"name"`
	Response response `json:"response"`
}

type response struct {
	Output *string `json:"output,omitempty"`
	Error  *string `json:"error,omitempty"`
}

// layout lays a conversation out as the service wants it: it begins with the
// person's side, what a side says in a row is one turn, and calls are followed
// by a turn that holds all their results and nothing else.
type layout struct {
	out   []content
	calls []functionCall // of the last content, without a result so far
	open  bool           // the last content may be added to
	late  []string       // results of calls that are not known any more
}

func (b *builder) contents() []content {
	l := &layout{}
	for i := range b.req.Messages {
		l.add(b, &b.req.Messages[i])
	}
	l.close()
	if len(l.out) == 0 || l.out[0].Role != roleUser {
		l.out = slices.Insert(l.out, 0, content{roleUser, []part{{Text: dialect.SayBegin}}})
	}
	return l.out
}

func (l *layout) add(b *builder, m *providers.Message) {
	switch m.Role {
	case providers.User:
		l.close()
		l.text(roleUser, m.Content)
	case providers.Assistant:
		l.close()
		l.text(roleModel, m.Content)
		for i, call := range m.ToolCalls {
			args, ok := dialect.Object(string(call.Arguments))
			if !ok {
				args = json.RawMessage("{}")
			}
			fc := functionCall{ID: dialect.ID(call.ID), Name: b.names.Out(call.Name), Args: args}
			l.part(roleModel, part{Call: &fc, Signature: b.signature(call.ID, i == 0)})
			l.calls = append(l.calls, fc)
		}
		l.open = l.open && len(m.ToolCalls) == 0
	case providers.ToolRole:
		l.result(dialect.ID(m.ToolCallID), m.Content, m.ToolError)
	}
}

// insists are the models that want a signature with the first call of a turn.
var insists = regexp.MustCompile(`^(models/)?gemini-[3-9]`)

// signature is what the service gave along with a call. Where that is not known
// any more, models that insist on one take a word that says so.
func (b *builder) signature(id string, first bool) string {
	if s := b.signatures.of(b.req, id); s != "" {
		return s
	}
	if first && insists.MatchString(b.req.Model) {
		return "skip_thought_signature_validator"
	}
	return ""
}

// result puts a result where it belongs; one of a call that is not known any
// more becomes a text after the others.
func (l *layout) result(id, text string, failed bool) {
	i := slices.IndexFunc(l.calls, func(c functionCall) bool { return c.ID == id })
	if i < 0 {
		l.late = append(l.late, text)
		return
	}
	r := &result{ID: id, Name: l.calls[i].Name, Response: response{Output: &text}}
	if failed {
		r.Response = response{Error: &text}
	}
	l.calls = slices.Delete(l.calls, i, i+1)
	n := len(l.out)
	if l.out[n-1].Role != roleUser {
		l.out = append(l.out, content{Role: roleUser})
		n++
	}
	l.out[n-1].Parts = append(l.out[n-1].Parts, part{Result: r})
	l.open = false
}

// close gives calls without a result one.
func (l *layout) close() {
	for len(l.calls) > 0 {
		l.result(l.calls[0].ID, dialect.NoResult, true)
	}
	for _, text := range l.late {
		l.text(roleUser, dialect.LateResult+text)
	}
	l.late = nil
}

func (l *layout) text(role, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	if n := len(l.out); l.open && l.out[n-1].Role == role { // what was said in parts is read in one piece
		text = "\n\n" + text
	}
	l.part(role, part{Text: text})
}

func (l *layout) part(role string, p part) {
	if n := len(l.out); n == 0 || l.out[n-1].Role != role || !l.open {
		l.out = append(l.out, content{Role: role})
	}
	last := &l.out[len(l.out)-1]
	last.Parts = append(last.Parts, p)
	l.open = true
}
