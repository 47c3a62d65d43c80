package server

import (
	"context"
	"errors"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// tendHere looks after a session that runs here.
func (s *Server) tendHere(ctx context.Context, rec *record) time.Time {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	if session := rec.running(); session != nil && !ended(rec) {
		return s.retryAfter(s.save(ctx, rec, session))
	}
	if enter(ctx, rec.seat) != nil {
		return s.time().Add(retryTime)
	}
	defer leave(rec.seat)
	if session := rec.here(); session != nil && ended(rec) {
		select {
		case <-session.Done(): // in no time
		case <-ctx.Done():
		}
	}
	if err := s.giveUp(ctx, rec); err != nil {
		return s.retryAfter(err)
	}
	h := rec.head()
	switch {
	case !h.alive():
		return s.overAt(rec.id, &h)
	case h.resting && !h.wake.IsZero() && s.ctx.Err() == nil && !s.draining.Load():
		return s.dueAt(rec.id, h.wake)
	default:
		return time.Time{}
	}
}

func (s *Server) retryAfter(err error) time.Time {
	if err == nil {
		return time.Time{}
	}
	return s.time().Add(retryTime)
}

// tendAdrift sees that a session runs which should, here or elsewhere.
func (s *Server) tendAdrift(ctx context.Context, e *entry) time.Time {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	if s.cfg.Store.Err() != nil {
		return s.time().Add(retryTime)
	}
	rec, err := s.lookup(ctx, e.id)
	if err == nil {
		_, err = s.sit(ctx, rec)
	}
	switch {
	case err == nil:
		return time.Time{}
	case errors.Is(err, engine.ErrNotFound), errors.Is(err, engine.ErrEnded), errors.Is(err, engine.ErrDamaged):
		h := s.index.head(e)
		if !h.alive() {
			return s.overAt(e.id, &h)
		}
		return s.time().Add(retryTime)
	case errors.Is(err, engine.ErrOwned):
		if h := s.index.head(e); h.resting && h.wake.Equal(handedOver()) { // its node is about to release it
			return s.time().Add(handOverLag)
		}
		return s.time().Add(engine.LeaseTime) // whoever runs it says so, or dies
	case errors.Is(err, errDoc):
		s.log.ErrorContext(ctx, "session cannot be read", "session", e.id, "error", err)
		return time.Time{}
	case lacksTemplate(err):
		s.log.WarnContext(ctx, "session is not resumed: what it was started from is not to be had here now", "session", e.id, "error", publicCause(err))
		return s.time().Add(templateTime)
	default:
		s.log.WarnContext(ctx, "session is not resumed yet", "session", e.id, "error", err)
		return s.time().Add(retryTime)
	}
}

// overAt is when a session that has ended is removed.
func (s *Server) overAt(id string, h *docHead) time.Time {
	return h.over().Add(s.cfg.Sessions.Retention + s.turnOf(id))
}

// tendOver removes a session once its retention time is over.
func (s *Server) tendOver(ctx context.Context, e *entry, h *docHead) time.Time {
	if at := s.overAt(e.id, h); s.time().Before(at) {
		return at
	}
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	if err := s.expunge(ctx, e.id); err != nil {
		s.log.WarnContext(ctx, "session is not removed yet", "session", e.id, "error", err)
		return s.time().Add(retryTime)
	}
	s.forget(e)
	return time.Time{}
}

// expunge removes all that is stored of a session, its doc last: as long as
// that is there it is tried again.
func (s *Server) expunge(ctx context.Context, id string) error {
	if err := s.cfg.Store.Delete(ctx, id); err != nil {
		return err
	}
	if err := s.snapshots.Delete(ctx, id); err != nil {
		return err
	}
	s.release(ctx, id)
	return s.docs.Delete(ctx, id)
}

// forget removes a session from memory.
func (s *Server) forget(e *entry) {
	rec := s.index.used(e)
	s.index.remove(e)
	if rec != nil {
		rec.frames.shut(closeDeleted, "the session was removed: its retention time is over")
	}
}
