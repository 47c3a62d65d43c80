package server

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

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
