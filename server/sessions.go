package server

import (
	"context"
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
		{method: "POST", path: one + "/fork", class: classSessionCreate, handle: s.forkSession},
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

var (
	errSessionGone    = errors.New("the scenario no longer declares this session")
	errScenarioBroken = errors.New("the scenario can no longer be loaded")
	errSessionLimit   = &apiError{status: http.StatusTooManyRequests, code: "SESSION_LIMIT", detail: "you have as many live sessions as one person may have; stop or delete one"}
	errKeyReused      = &apiError{status: http.StatusConflict, code: "IDEMPOTENCY_CONFLICT", detail: "this Idempotency-Key was used with another body"}
)
