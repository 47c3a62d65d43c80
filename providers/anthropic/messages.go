package anthropic

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/internal/dialect"
)

// message is a turn of one side.
type message struct {
	Role    string  `json:"role"`
	Content []block `json:"content"`
}

// block is a text, a tool call or its result.
type block struct {
	Type string `json:"type"`
	Text string `json:"text,omitempty"`

	ID    string          `json:"id,omitempty"`
	Name  string          `json:"name,omitempty"`
	Input json.RawMessage `json:"input,omitempty"`

	ToolUseID string `json:"tool_use_id,omitempty"`
	Content   string `json:"content,omitempty"`
	IsError   bool   `json:"is_error,omitempty"`
}

// layout lays a conversation out as the service wants it: sides take turns, the
// person's is first, texts are not blank, and the message after calls begins
// with the results of all of them.
type layout struct {
	out   []message
	calls []string // of the last message, without a result so far
	late  []string // results of calls that are not known any more
}

func (b *builder) messages() []message {
	l := &layout{}
	for i := range b.req.Messages {
		l.add(b, &b.req.Messages[i])
	}
	l.close()
	if len(l.out) == 0 || l.out[0].Role != "user" {
		l.out = slices.Insert(l.out, 0, message{"user", []block{{Type: "text", Text: dialect.SayBegin}}})
	}
	if last := &l.out[len(l.out)-1]; last.Role == "assistant" { // the service goes on from there, and refuses a blank at the end
		if end := &last.Content[len(last.Content)-1]; end.Type == "text" {
			end.Text = strings.TrimRight(end.Text, " \t\r\n")
		}
	}
	return l.out
}

func (l *layout) add(b *builder, m *providers.Message) {
	switch m.Role {
	case providers.User:
		l.close()
		l.text("user", m.Content)
	case providers.Assistant:
		l.close()
		l.text("assistant", m.Content)
		for _, call := range m.ToolCalls {
			input, ok := dialect.Object(string(call.Arguments))
			if !ok {
				input = json.RawMessage("{}")
			}
			id := dialect.ID(call.ID)
			l.block("assistant", block{Type: "tool_use", ID: id, Name: b.names.Out(call.Name), Input: input})
			l.calls = append(l.calls, id)
		}
	case providers.ToolRole:
		l.result(dialect.ID(m.ToolCallID), m.Content, m.ToolError)
	}
}

// result puts a result where it belongs; one of a call that is not known any
// more becomes a text after the others.
func (l *layout) result(id, content string, failed bool) {
	i := slices.Index(l.calls, id)
	if i < 0 {
		l.late = append(l.late, content)
		return
	}
	l.calls = slices.Delete(l.calls, i, i+1)
	l.block("user", block{Type: "tool_result", ToolUseID: id, Content: content, IsError: failed})
}

// close gives calls without a result one.
func (l *layout) close() {
	for _, id := range l.calls {
		l.block("user", block{Type: "tool_result", ToolUseID: id, Content: dialect.NoResult, IsError: true})
	}
	for _, text := range l.late {
		l.text("user", dialect.LateResult+text)
	}
	l.calls, l.late = nil, nil
}

func (l *layout) text(role, text string) {
	if !blank(text) {
		l.block(role, block{Type: "text", Text: text})
	}
}

func (l *layout) block(role string, b block) {
	if n := len(l.out); n == 0 || l.out[n-1].Role != role {
		l.out = append(l.out, message{Role: role})
	}
	last := &l.out[len(l.out)-1]
	last.Content = append(last.Content, b)
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }
