package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Why a session cannot go on though its log has no end.
const (
	brokenLog      = "damaged"  // its log has a hole
	brokenTemplate = "template" // its template cannot be made again
	brokenSession  = "error"    // a mistake of the program
)

// seats are the sessions that run here. It is safe for concurrent use.
type seats struct {
	mu   sync.RWMutex
	byID map[string]*record
}

func (st *seats) of(id string) *record {
	st.mu.RLock()
	defer st.mu.RUnlock()
	return st.byID[id]
}

func (st *seats) list() []*record {
	st.mu.RLock()
	defer st.mu.RUnlock()
	list := make([]*record, 0, len(st.byID))
	for _, rec := range st.byID {
		list = append(list, rec)
	}
	return list
}

// enlist claims a session that is to be made and stores its doc. Whoever calls
// it has the session's seat: it starts the session and seats it, or strikes it
// off again, and then leaves the seat.
func (s *Server) enlist(ctx context.Context, id string, d *doc, p *plan) (*record, error) {
	value, err := d.encode()
	if err != nil {
		return nil, err
	}
	if err := s.claim(ctx, id); err != nil {
		return nil, err
	}
	rec := s.newRecord(id, d, 0)
	rec.plan = p
	rec.seat <- struct{}{}
	s.index.enlist(rec, d.head)
	rev, err := s.docs.Update(ctx, id, value, 0)
	if err != nil {
		s.index.unlist(rec.entry)
		s.release(ctx, id)
		return nil, storeError(err)
	}
	rec.keep(d, rev)
	s.index.put(id, d.head, rev)
	return rec, nil
}

// strike removes a session that could not be started.
func (s *Server) strike(rec *record) {
	s.index.alter(rec.entry, func(h *docHead) { h.deleted, h.ended = true, time.Unix(0, 1) })
	s.index.hold(rec.entry, false)
	s.agenda.soon(rec.entry)
}

// seatAt takes note that a session runs here.
func (s *Server) seatAt(rec *record, session *engine.Session) error {
	quit := func() {}
	if s.cluster != nil {
		var err error
		quit, err = s.cluster.Answer(rec.id, func(ctx context.Context, request []byte) []byte { return s.answer(ctx, rec, request) })
		if err != nil {
			s.cfg.Engine.LetGo(rec.id, engine.ErrJournal)
			return storeError(err)
		}
	}
	rec.mu.Lock()
	rec.session, rec.quit, rec.rest = session, quit, nil
	rec.mu.Unlock()
	s.seats.mu.Lock()
	s.seats.byID[rec.id] = rec
	s.seats.mu.Unlock()
	s.agenda.soon(rec.entry)
	return nil
}

// unseat takes note that a session runs here no more.
func (s *Server) unseat(rec *record) {
	s.seats.mu.Lock()
	delete(s.seats.byID, rec.id)
	s.seats.mu.Unlock()
	rec.mu.Lock()
	quit := rec.quit
	rec.session, rec.quit, rec.rest = nil, nil, nil
	rec.mu.Unlock()
	if quit != nil {
		quit()
	}
	s.recent.add(rec)
}

// sit gives the session as it lives here, and wakes it if it lives nowhere:
// [engine.ErrOwned] when another node runs it.
func (s *Server) sit(ctx context.Context, rec *record) (*engine.Session, error) {
	if s.draining.Load() {
		return nil, engine.ErrClosed
	}
	if err := enter(ctx, rec.seat); err != nil {
		return nil, err
	}
	defer leave(rec.seat)
	if session := rec.running(); session != nil {
		return session, nil
	}
	if err := s.giveUp(ctx, rec); err != nil {
		return nil, err
	}
	if h := rec.head(); !h.alive() {
		return nil, rec.over()
	}
	if err := s.claim(ctx, rec.id); err != nil {
		return nil, err
	}
	session, err := s.wake(ctx, rec)
	if err != nil {
		s.release(ctx, rec.id)
		return nil, s.unwoken(ctx, rec, err)
	}
	return session, s.seatAt(rec, session)
}

// wake makes a session live from its log; the caller has claimed it and has
// its seat.
func (s *Server) wake(ctx context.Context, rec *record) (*engine.Session, error) {
	if err := s.refresh(ctx, rec); err != nil {
		return nil, err
	}
	d, _ := rec.stored()
	if !d.head.alive() {
		s.index.put(rec.id, d.head, 0)
		return nil, rec.over()
	}
	if err := s.sound(ctx, rec.id, d); err != nil {
		return nil, err
	}
	p, err := s.planFor(ctx, rec)
	if err != nil {
		return nil, err
	}
	rested := d.head.resting
	err = s.amend(ctx, rec, func(d *doc) bool { // from now on it is looked after should this node die
		news := d.head.resting
		d.head.resting, d.head.wake = false, time.Time{}
		return news
	})
	if err != nil {
		return nil, err
	}
	s.index.hold(rec.entry, true)
	if rested {
		return s.cfg.Engine.Wake(ctx, p.template, rec.id)
	}
	return s.cfg.Engine.Resume(ctx, p.template, rec.id)
}

// sound sees that a log has all that its doc knows of: one that lost its end,
// or all of it, does not go on.
func (s *Server) sound(ctx context.Context, id string, d *doc) error {
	if d.Seq == 0 {
		return nil
	}
	head, err := s.headOf(ctx, id)
	if err != nil && !errors.Is(err, engine.ErrNotFound) {
		return err
	}
	if head < d.Seq {
		return fmt.Errorf("session %s: its log ends with event %d, and had %d: %w", id, head, d.Seq, engine.ErrDamaged)
	}
	return nil
}

// planFor is the plan of a session.
func (s *Server) planFor(ctx context.Context, rec *record) (*plan, error) {
	rec.mu.Lock()
	p, d := rec.plan, rec.doc
	rec.mu.Unlock()
	if p != nil {
		return p, nil
	}
	p, err := s.planOf(ctx, rec.id, d)
	if e, ok := errors.AsType[*apiError](err); ok && e.code == errTemplateChanged.code {
		return nil, fmt.Errorf("%w: %w", errTemplateLost, cause(e)) // this is for the log
	}
	if err != nil {
		return nil, err
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.plan = p
	return p, nil
}

var errTemplateLost = errors.New("the session's template is another one now")

// lacksTemplate says that a session's template cannot be made here and now: a
// provider or a key is missing, which may be there again, or on another node.
func lacksTemplate(err error) bool {
	e, ok := errors.AsType[*apiError](err)
	return ok && e.code == errTemplateGone.code
}

// unwoken does what there is to do about a session that cannot be woken, and
// gives what its caller is told.
func (s *Server) unwoken(ctx context.Context, rec *record, err error) error {
	s.index.hold(rec.entry, false)
	switch {
	case errors.Is(err, engine.ErrEnded):
		return errors.Join(engine.ErrEnded, s.repair(ctx, rec))
	case errors.Is(err, engine.ErrNotFound): // nothing was ever stored of it
		s.strike(rec)
		return engine.ErrNotFound
	case errors.Is(err, engine.ErrDamaged):
		return errors.Join(engine.ErrDamaged, s.breakOff(ctx, rec, brokenLog, err))
	case errors.Is(err, engine.ErrTemplate), errors.Is(err, errTemplateLost):
		return errors.Join(engine.ErrEnded, s.breakOff(ctx, rec, brokenTemplate, err))
	default:
		return err
	}
}

// breakOff ends a session that cannot go on. Its log stays as it is.
func (s *Server) breakOff(ctx context.Context, rec *record, stop string, why error) error {
	s.log.ErrorContext(ctx, "session cannot go on", "session", rec.id, "stop", stop, "error", why)
	err := s.amend(ctx, rec, func(d *doc) bool {
		d.head.status, d.head.ended, d.head.resting = statusFailed, now(), false
		d.Outcome, d.Stop, d.Broken = string(engine.Failed), stop, stop
		return true
	})
	rec.frames.breakOff()
	return err
}
