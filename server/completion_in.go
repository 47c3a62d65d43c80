package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// maxHistory bounds the messages of a completion request.
const maxHistory = 2000

// completionRequest is what the server understands of OpenAI's request; the
// template decides the rest.
type completionRequest struct {
	model  string
	said   []engine.Said // the last one is the person's
	stream bool
	usage  bool // tell it at the end of a stream
	create createRequest
}

// readCompletion reads the body of a completion request.
func (s *Server) readCompletion(body json.RawMessage) (*completionRequest, error) {
	f := bodyFields(body)
	in := &completionRequest{model: f.needed("model", maxName), stream: f.flag("stream")}
	if v, ok := f.given("stream_options"); ok {
		in.usage = f.inner(v, "stream_options").flag("include_usage")
	}
	if v, ok := f.given("n"); ok && string(v) != "1" {
		f.wrong("unsupported", "a template gives one answer; n is 1", "n")
	}
	if v, ok := f.given("tools"); ok && string(v) != "[]" {
		f.wrong("unsupported", "a template has tools of its own", "tools")
	}
	in.create = createRequest{template: in.model, variables: readVariables(f, true)}
	o := s.catalog.Load().byName[in.model]
	if in.model != "" && (o == nil || o.spec().Type != humanAgent) {
		return nil, &apiError{
			status: http.StatusNotFound, code: "MODEL_NOT_FOUND",
			detail: fmt.Sprintf("there is no model %q; there are: %s", brief(in.model), listed(s.models())),
		}
	}
	if in.said = readConversation(f, o); len(in.said) > 0 && len(in.said[len(in.said)-1].Content) > maxContent {
		f.wrong("string_too_long", fmt.Sprintf("the user's last messages must have at most %d bytes together", maxContent), "messages")
	}
	return in, f.err()
}

// readConversation reads the messages. What an assistant said is put into the
// mouth of the agent that it names, or of the template's first.
func readConversation(f *fields, o *offer) []engine.Said {
	v, ok := f.given("messages")
	if !ok {
		f.wrong("missing", "must be given", "messages")
		return nil
	}
	var list []json.RawMessage
	if json.Unmarshal(v, &list) != nil || len(list) == 0 || len(list) > maxHistory {
		f.wrong("list_type", fmt.Sprintf("must be a list of 1 to %d messages", maxHistory), "messages")
		return nil
	}
	agents := agentsOf(o)
	var said []engine.Said
	for i, item := range list {
		m := f.inner(item, "messages")
		m.loc = append(slices.Clone(m.loc), i)
		if one, ok := m.message(agents); ok {
			said = append(said, one)
		}
	}
	if n := len(said); n > 0 && said[n-1].Role != "user" {
		f.wrong("last_message", "the last message must be of role user", "messages", len(list)-1)
	}
	return together(said)
}

// together joins what the person says last into one message: a chat would
// answer each of several by itself.
func together(said []engine.Said) []engine.Said {
	var rest, last []engine.Said
	for i, one := range slices.Backward(said) {
		if one.Role == "assistant" {
			rest = slices.Concat(said[:i+1], rest)
			break
		}
		if one.Role == "user" {
			last = slices.Insert(last, 0, one)
		} else {
			rest = slices.Insert(rest, 0, one)
		}
	}
	var texts []string
	for _, one := range last {
		texts = append(texts, one.Content)
	}
	return append(rest, engine.Said{Sender: "user", Role: "user", Content: strings.Join(texts, "\n\n")})
}

// agentsOf are the bare names of a template's agents; empty for none.
func agentsOf(o *offer) []string {
	if o == nil {
		return nil
	}
	t, err := o.base()
	if err != nil {
		return nil
	}
	var names []string
	for _, p := range t.Participants {
		if p.Kind == "agent" {
			names = append(names, p.Name)
		}
	}
	return names
}

// message reads one message; false says that there is nothing to tell.
func (f *fields) message(agents []string) (engine.Said, bool) {
	said := engine.Said{Sender: "user", Role: "user", Content: f.contentParts()}
	switch role := f.text("role", maxName); role {
	case "user":
	case "system", "developer":
		said.Role = "system"
	case "assistant":
		said.Role = "assistant"
		if len(agents) > 0 {
			said.Sender = agents[0]
		}
		if name := f.text("name", maxName); slices.Contains(agents, name) {
			said.Sender = name
		}
	default:
		f.wrong("enum", `must be "system", "developer", "user" or "assistant"`, "role")
	}
	if said.Content == "" && said.Role == "user" {
		f.wrong("missing", "must be given and not be empty", "content")
	}
	return said, said.Content != ""
}

// contentParts is a message's text: a string, or a list of parts of text.
func (f *fields) contentParts() string {
	v, ok := f.given("content")
	if !ok {
		return ""
	}
	if v[0] != '[' {
		return f.text("content", maxContent)
	}
	var parts []json.RawMessage
	if json.Unmarshal(v, &parts) != nil {
		return ""
	}
	var b strings.Builder
	for i, part := range parts {
		p := f.inner(part, "content")
		p.loc = append(slices.Clone(p.loc), i)
		if kind := p.text("type", maxName); kind != "text" {
			p.wrong("unsupported", `a part must be of type "text"`, "type")
		}
		b.WriteString(p.text("text", maxContent))
	}
	if b.Len() > maxContent {
		f.wrong("string_too_long", fmt.Sprintf("must have at most %d bytes", maxContent), "content")
	}
	return b.String()
}
