package server

import (
	"context"
	"errors"
	"net/http"

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
		{method: "POST", path: one + "/pause", class: classQuery, handle: s.steer(orderPause)},
		{method: "POST", path: one + "/resume", class: classQuery, handle: s.steer(orderResume)},
		{method: "POST", path: one + "/approvals", class: classQuery, handle: s.postApproval},
		{method: "POST", path: one + "/stop", class: classQuery, handle: s.steer(orderStop)},
	}
}

// owned finds the caller's session.
func (s *Server) owned(r *http.Request, id string) (*record, error) {
	return s.ownedBy(r.Context(), caller(r), id)
}

// ownedBy finds a person's session: not found when there is none, forbidden
// when it is somebody else's.
func (s *Server) ownedBy(ctx context.Context, p principal, id string) (*record, error) {
	e := s.index.entry(id)
	if e == nil {
		return nil, errNotFound
	}
	h := s.index.head(e)
	switch {
	case h.owner != p.Name:
		return nil, errForbidden
	case h.deleted:
		return nil, errNotFound
	}
	return s.lookup(ctx, id)
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
func (s *Server) steer(do string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		rec, err := s.ofRequest(r)
		if err != nil {
			return err
		}
		if _, err := s.order(r.Context(), rec, order{Do: do, By: userID(rec.owner)}); err != nil {
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

// removeSession stops a session, closes its sockets and hides it; its log goes
// when the retention time is over.
func (s *Server) removeSession(ctx context.Context, rec *record) error {
	_, err := s.order(ctx, rec, order{Do: orderRemove, By: userID(rec.owner)})
	if errors.Is(err, engine.ErrEnded) || errors.Is(err, engine.ErrDamaged) || lacksTemplate(err) { // it runs nowhere
		err = s.hide(ctx, rec)
	}
	if errors.Is(err, engine.ErrNotFound) {
		return errNotFound
	}
	if err != nil {
		return err
	}
	rec.frames.shut(closeDeleted, "the session was deleted")
	s.agenda.soon(rec.entry)
	return nil
}

// hide marks a session deleted, or gives [engine.ErrNotFound] when it is
// already.
func (s *Server) hide(ctx context.Context, rec *record) error {
	news := false
	err := s.amend(ctx, rec, func(d *doc) bool {
		news = !d.head.deleted
		d.head.deleted = true
		return news
	})
	if err == nil && !news {
		return engine.ErrNotFound // another request was faster
	}
	return err
}

var (
	errSessionGone    = errors.New("the scenario no longer declares this session")
	errScenarioBroken = errors.New("the scenario can no longer be loaded")
	errSessionLimit   = &apiError{status: http.StatusTooManyRequests, code: "SESSION_LIMIT", detail: "you have as many live sessions as one person may have; stop or delete one"}
	errKeyReused      = &apiError{status: http.StatusConflict, code: "IDEMPOTENCY_CONFLICT", detail: "this Idempotency-Key was used with another body"}
)
