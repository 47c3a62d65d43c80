package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// closeDeleted is the code with which the sockets of a deleted session close.
const closeDeleted = 4002

func (s *Server) sessionRoutes() []route {
	const one = "/chat/sessions/{session_id}"
	return []route{
		{method: "POST", path: "/chat/sessions/create", class: classSessionCreate, handle: s.createSession},
		{method: "GET", path: "/chat/sessions", class: classQuery, handle: s.listSessions},
		{method: "GET", path: one, class: classSessionQuery, handle: s.getSession},
		{method: "DELETE", path: one, class: classQuery, handle: s.deleteSession},
		{method: "POST", path: one + "/messages", class: classMessage, handle: s.postMessage},
		{method: "POST", path: one + "/pause", class: classQuery, handle: s.steer((*engine.Session).Pause)},
		{method: "POST", path: one + "/resume", class: classQuery, handle: s.steer((*engine.Session).Resume)},
		{method: "POST", path: one + "/stop", class: classQuery, handle: s.steer(stopNow)},
	}
}

// stopNow stops a session and waits until its place is free.
func stopNow(session *engine.Session, ctx context.Context, by string) error { //nolint:revive // the shape of a method
	if err := session.Stop(ctx, by, false); err != nil {
		return err
	}
	select {
	case <-session.Done():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// owned finds the caller's session.
func (s *Server) owned(r *http.Request, id string) (*record, error) {
	return s.ownedBy(caller(r), id)
}

// ownedBy finds a person's session: not found when there is none, forbidden
// when it is somebody else's.
func (s *Server) ownedBy(p principal, id string) (*record, error) {
	rec := s.records.session(id)
	switch {
	case rec == nil || rec.owner == p.Name && rec.gone():
		return nil, errNotFound
	case rec.owner != p.Name:
		return nil, errForbidden
	}
	return rec, nil
}

// gone says whether the session was deleted.
func (r *record) gone() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.deleted
}

func (s *Server) ofRequest(r *http.Request) (*record, error) {
	return s.owned(r, sessionID(r))
}

func sessionID(r *http.Request) string { return mux.Vars(r)["session_id"] }

func (s *Server) createSession(w http.ResponseWriter, r *http.Request) error {
	return s.once(w, r, "create", func(body json.RawMessage) (reply, error) {
		in, err := readCreate(body)
		if err != nil {
			return reply{}, err
		}
		ctx := context.WithoutCancel(r.Context()) // a client that is gone may ask again
		rec, err := s.startSession(ctx, caller(r), in)
		if err != nil {
			return reply{}, err
		}
		return s.replyWith(ctx, rec, http.StatusOK)
	})
}

// startSession starts a session and keeps it.
func (s *Server) startSession(ctx context.Context, p principal, in createRequest) (*record, error) {
	plan, err := s.plan(&in)
	if err != nil {
		return nil, err
	}
	if !in.direct {
		free, err := s.reserve(p.Name)
		if err != nil {
			return nil, err
		}
		defer free()
	}
	o := engine.StartOptions{ID: engine.NewID("session_"), Owner: p.Name, Metadata: in.metadata, History: in.history}
	if plan.template.Type == agentAgent {
		o.Opening = in.opening()
	}
	session, err := s.cfg.Engine.Start(ctx, plan.template, o)
	if err != nil {
		return nil, err
	}
	rec := plan.record(p, session, &in)
	rec.frames = newStream(s, rec)
	s.records.add(rec)
	return rec, nil
}

// record is the session of a plan as the server knows it.
func (p *plan) record(owner principal, session *engine.Session, in *createRequest) *record {
	rec := &record{
		id: session.ID(), owner: owner.Name, template: p.offer.name, sessionType: p.template.Type,
		created: time.Now().UTC(), session: session, plan: p, metadata: in.metadata, direct: in.direct,
	}
	ids := map[string]string{}
	for _, a := range in.agents {
		ids[a.key] = a.id
	}
	for _, who := range p.order() {
		rec.agents = append(rec.agents, p.agentRecord(rec, who, ids[who.Name]))
	}
	return rec
}

// order are the agents that take part, as the request or the template names
// them.
func (p *plan) order() []engine.Participant {
	var list []engine.Participant
	for _, a := range p.config.Agents {
		for _, who := range p.template.Participants {
			if who.Kind == "agent" && who.Name == a.Name {
				list = append(list, who)
			}
		}
	}
	return list
}

func (p *plan) agentRecord(rec *record, who engine.Participant, id string) *agentRecord {
	if id == "" {
		id = engine.NewID(who.Name + "_")
	}
	a := &agentRecord{
		id: id, key: who.Name, name: who.DisplayName, owner: rec.owner, provider: who.Provider, model: who.Model,
		created: rec.created, session: rec, modes: p.modes,
	}
	for _, spec := range p.config.Agents {
		if spec.Name != who.Name {
			continue
		}
		a.personality, a.capabilities, a.metadata = spec.Personality, spec.Capabilities, spec.Metadata
		if a.modes == nil {
			a.modes = spec.InteractionModes
		}
	}
	if a.modes == nil {
		a.modes = []string{map[string]string{humanAgent: "human_to_agent", agentAgent: "agent_to_agent"}[rec.sessionType]}
	}
	return a
}

func (s *Server) getSession(w http.ResponseWriter, r *http.Request) error {
	rec, err := s.ofRequest(r)
	if err != nil {
		return err
	}
	return s.answerWith(w, r, rec)
}

// answerWith answers with what a session looks like now.
func (s *Server) answerWith(w http.ResponseWriter, r *http.Request, rec *record) error {
	reply, err := s.replyWith(r.Context(), rec, http.StatusOK)
	if err != nil {
		return err
	}
	reply.write(w)
	return nil
}

// steer is a command to a session that may be repeated.
func (s *Server) steer(do func(*engine.Session, context.Context, string) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		rec, err := s.ofRequest(r)
		if err != nil {
			return err
		}
		if err := rec.fit(); err != nil {
			return err
		}
		if err := do(rec.session, r.Context(), "user_"+rec.owner); err != nil {
			return err
		}
		return s.answerWith(w, r, rec)
	}
}

func (s *Server) deleteSession(w http.ResponseWriter, r *http.Request) error {
	rec, err := s.ofRequest(r)
	if err != nil {
		return err
	}
	if err := s.removeSession(r.Context(), rec); err != nil {
		return err
	}
	if prefersRepresentation(r) {
		w.Header().Set("Preference-Applied", "return=representation")
		writeJSON(w, http.StatusOK, map[string]string{"status": "success", "message": "session " + rec.id + " is deleted"})
		return nil
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// removeSession stops a session, closes its sockets and forgets it; its log
// goes when the retention time is over.
func (s *Server) removeSession(ctx context.Context, rec *record) error {
	if !rec.mark(true) {
		return errNotFound // another request was faster
	}
	if err := stopNow(rec.session, ctx, "user_"+rec.owner); err != nil && !ended(rec) {
		rec.mark(false)
		return err
	}
	s.records.take(rec)
	s.retired.add(rec.id, time.Now())
	rec.frames.shut(closeDeleted, "the session was deleted")
	return nil
}

// mark says that a session is deleted, before it is stopped: what follows it
// closes accordingly. It says whether that is new.
func (r *record) mark(deleted bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	changed := r.deleted != deleted
	r.deleted = deleted
	return changed
}

// ended says whether nothing happens in a session any more.
func ended(rec *record) bool {
	select {
	case <-rec.session.Done():
		return true
	default:
		return false
	}
}

// fit says whether a session can take commands: one that has failed takes no
// more than one that has ended.
func (r *record) fit() error {
	if ended(r) && broken(r) {
		return errEnded.because(r.session.Err())
	}
	return nil
}

// reserve takes one of a person's places for a session that is being started;
// free gives it back, once the session counts itself.
func (s *Server) reserve(owner string) (free func(), err error) {
	if !s.places.take(owner, s.cfg.Sessions.MaxPerUser) {
		return nil, errSessionLimit
	}
	return func() { s.places.free(owner) }, nil
}

var (
	errSessionGone    = errors.New("the scenario no longer declares this session")
	errScenarioBroken = errors.New("the scenario can no longer be loaded")
	errSessionLimit   = &apiError{status: http.StatusTooManyRequests, code: "SESSION_LIMIT", detail: "you have as many live sessions as one person may have; stop or delete one"}
	errKeyReused      = &apiError{status: http.StatusConflict, code: "IDEMPOTENCY_CONFLICT", detail: "this Idempotency-Key was used with another body"}
)
