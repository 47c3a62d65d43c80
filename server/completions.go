package server

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// maxHistory bounds the messages of a completion request.
const maxHistory = 2000

// modelList are the templates that can be talked with, in OpenAI's form.
type modelList struct {
	Object string      `json:"object"` // always list
	Data   []modelItem `json:"data"`
}

type modelItem struct {
	ID      string `json:"id"`
	Object  string `json:"object"`  // always model
	Created int64  `json:"created"` // Unix seconds; when this server began to offer it
	OwnedBy string `json:"owned_by"`
}

func (s *Server) listModels(w http.ResponseWriter, _ *http.Request) error {
	out := modelList{Object: "list", Data: []modelItem{}}
	for _, name := range s.models() {
		out.Data = append(out.Data, modelItem{ID: name, Object: "model", Created: s.since.Unix(), OwnedBy: "agentconnect"})
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// models are the names of the templates in which a person talks with agents.
func (s *Server) models() []string {
	c := s.catalog.Load()
	var names []string
	for _, name := range c.order {
		if c.byName[name].spec().Type == humanAgent {
			names = append(names, name)
		}
	}
	return names
}

// completionRequest is what the server understands of OpenAI's request; the
// template decides the rest.
type completionRequest struct {
	model  string
	said   []engine.Said // the last one is the person's
	stream bool
	usage  bool // tell it at the end of a stream
	create createRequest
}

// complete answers a conversation with a session of its own, which ends with
// the answer.
func (s *Server) complete(w http.ResponseWriter, r *http.Request) error {
	var body json.RawMessage
	if err := decode(r, &body); err != nil {
		return err
	}
	in, err := s.readCompletion(body)
	if err != nil {
		return err
	}
	rec, after, err := s.askModel(r.Context(), caller(r), in)
	if rec != nil {
		defer s.forgetModel(r.Context(), rec)
	}
	if err != nil {
		return err
	}
	out := &completion{id: engine.NewID("chatcmpl-"), created: time.Now().Unix(), model: in.model}
	if in.stream {
		return s.streamAnswer(w, r, rec, after, in, out)
	}
	if err := s.listen(r.Context(), rec, after, false, out); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, out.whole())
	return nil
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

// flag is a member that is true or false.
func (f *fields) flag(name string) bool {
	v, ok := f.given(name)
	if ok && string(v) != "true" && string(v) != "false" {
		f.wrong("bool_type", "must be true or false", name)
	}
	return string(v) == "true"
}

// askModel starts the session of a conversation. The answer is what comes
// after the given seq. A session beside an error must be forgotten, too.
func (s *Server) askModel(ctx context.Context, p principal, in *completionRequest) (rec *record, after uint64, err error) {
	last := in.said[len(in.said)-1]
	in.create.history = in.said[:len(in.said)-1]
	listens := s.catalog.Load().byName[in.model].listens()
	if !listens { // it begins by itself: what is to be answered must be there
		in.create.history = in.said
	}
	rec, err = s.startSession(ctx, p, in.create)
	if err != nil || !listens {
		return rec, uint64(1 + len(in.create.history)), err // the session's creation comes first
	}
	receipt, err := s.say(ctx, rec, p, incoming{Content: last.Content})
	return rec, receipt.Seq, err
}

// listens says whether the template waits for what a person says.
func (o *offer) listens() bool {
	spec := o.spec()
	for _, p := range o.config.Patterns {
		if p.Name == spec.Pattern && p.Kind != "chat" {
			return slices.ContainsFunc(p.Participants, func(ref specs.Ref) bool { return ref.Kind == specs.RefHuman })
		}
	}
	return true
}

// forgetModel ends the session of a completion; its log goes with the
// retention.
func (s *Server) forgetModel(ctx context.Context, rec *record) {
	if err := s.removeSession(context.WithoutCancel(ctx), rec); err != nil {
		s.log.WarnContext(ctx, "session of a completion stays", "session", rec.id, "error", err)
	}
}

// listen collects the agents' words until the session waits for the person
// again, or has ended.
func (s *Server) listen(ctx context.Context, rec *record, after uint64, live bool, out *completion) error {
	var end *engine.Ended
	until := uint64(0)
	for e, err := range s.follow(ctx, rec, after, live) {
		if err != nil {
			return err
		}
		if d, ok := e.Data.(*engine.Ended); ok {
			end = d
		}
		if err := out.take(&e); err != nil {
			return err
		}
		if until == 0 && endsTurn(&e) {
			v, err := s.look(ctx, rec, true)
			if err != nil {
				return err
			}
			if !working(rec, &v) {
				until = v.seq
			}
		}
		if until > 0 && e.Seq >= until {
			break
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	v, err := s.look(ctx, rec, true)
	if err != nil {
		return err
	}
	out.usage = completionUsage{v.usage.InputTokens, v.usage.OutputTokens, v.usage.TotalTokens}
	if out.said == 0 {
		return silence(&v, end)
	}
	return nil
}

// follow gives a session's events: from where it lives, which has live text,
// too, or from its log.
func (s *Server) follow(ctx context.Context, rec *record, after uint64, live bool) iter.Seq2[engine.Event, error] {
	if session := rec.running(); session != nil {
		return session.Follow(ctx, after, live)
	}
	return s.cfg.Store.Follow(ctx, rec.id, after)
}

func endsTurn(e *engine.Event) bool {
	switch e.Type() {
	case engine.TypeTurnFinished, engine.TypeTurnFailed, engine.TypeSaid:
		return true
	default:
		return false
	}
}

// working says whether an agent's turn is under way.
func working(rec *record, v *view) bool {
	for name, busy := range v.busy {
		if busy && rec.agent(name) != nil {
			return true
		}
	}
	return false
}

// silence is why nobody answered.
func silence(v *view, end *engine.Ended) error {
	switch {
	case end == nil && v.status != statusFailed:
		return &apiError{status: http.StatusConflict, code: "NO_ANSWER", detail: "no agent of the template answers this"}
	case end == nil || end.Outcome == engine.Failed:
		return errProvider
	default:
		return &apiError{
			status: http.StatusConflict, code: "SESSION_ENDED",
			detail: "the session ended before an answer: " + cmp.Or(publicReason(end.Reason), string(end.Outcome)),
		}
	}
}
