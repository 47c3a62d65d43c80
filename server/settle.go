package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// observe takes note of what a session has just stored. It is called in the
// session's loop.
func (s *Server) observe(events []engine.Event) {
	for i := range events {
		e := &events[i]
		switch d := e.Data.(type) {
		case *engine.Started, *engine.Resumed:
			s.became(e.Session, statusActive, time.Time{})
		case *engine.Paused:
			s.became(e.Session, statusPaused, time.Time{})
		case *engine.Ended:
			s.became(e.Session, statusOfOutcome(d.Outcome), e.Time)
		}
	}
}

// became notes a session's state, at once in the index and soon in its doc.
func (s *Server) became(id, status string, ended time.Time) {
	e := s.index.entry(id)
	if e == nil {
		return
	}
	s.index.alter(e, func(h *docHead) { h.status, h.ended = status, ended })
	s.agenda.soon(e)
}

// rested takes note that a session waits in its log.
func (s *Server) rested(r engine.Rest) {
	rec := s.seats.of(r.Session)
	if rec == nil {
		return
	}
	rec.mu.Lock()
	rec.rest = &r
	rec.mu.Unlock()
	s.agenda.soon(rec.entry)
}

// save stores what a session that lives here looks like now.
func (s *Server) save(ctx context.Context, rec *record, session *engine.Session) error {
	info, err := session.Info(ctx)
	if err != nil {
		return err
	}
	v := viewOf(&info)
	return s.amend(ctx, rec, func(d *doc) bool { return d.take(&v) })
}

// closed settles a session that was let go, for who has just done that.
func (s *Server) closed(ctx context.Context, rec *record) {
	if enter(ctx, rec.seat) != nil {
		return // the agenda does it
	}
	defer leave(rec.seat)
	_ = s.giveUp(ctx, rec) // likewise
}

// giveUp stores how a session that lived here went, and gives it up. Whoever
// calls it has the session's seat.
func (s *Server) giveUp(ctx context.Context, rec *record) error {
	session := rec.here()
	if session == nil || rec.running() != nil {
		return nil
	}
	why := session.Err()
	var err error
	switch {
	case errors.Is(why, engine.ErrPassive):
		err = s.settleResting(ctx, rec)
	case errors.Is(why, engine.ErrClosed):
		err = s.settleDrained(ctx, rec, session)
	case errors.Is(why, engine.ErrConflict), errors.Is(why, engine.ErrOwned): // it is another's
		s.index.hold(rec.entry, false)
		err = s.refresh(ctx, rec)
		s.agenda.at(rec.entry, s.time().Add(retryTime))
	case errors.Is(why, engine.ErrJournal):
		s.agenda.at(rec.entry, s.time().Add(retryTime))
	case errors.Is(why, engine.ErrDamaged):
		err = s.breakOff(ctx, rec, brokenLog, why)
	case why == nil, errors.Is(why, engine.ErrEnded):
		err = s.save(ctx, rec, session)
	default:
		err = s.breakOff(ctx, rec, brokenSession, why)
	}
	if err != nil {
		return err
	}
	if !errors.Is(why, engine.ErrJournal) {
		s.index.hold(rec.entry, false)
	}
	s.release(ctx, rec.id) // before who waits for the seat to be free closes the store
	s.unseat(rec)
	return nil
}

func (s *Server) settleResting(ctx context.Context, rec *record) error {
	rec.mu.Lock()
	r := rec.rest
	rec.mu.Unlock()
	if r == nil {
		return errNoRest
	}
	v := viewOf(&r.Info)
	err := s.amend(ctx, rec, func(d *doc) bool {
		d.take(&v)
		d.head.resting, d.head.wake = true, r.Wake
		return true
	})
	s.agenda.at(rec.entry, r.Wake)
	return err
}

// settleDrained hands a session over: it rests, and is due at once.
func (s *Server) settleDrained(ctx context.Context, rec *record, session *engine.Session) error {
	info, err := session.Info(ctx)
	if err != nil {
		return err
	}
	if !s.draining.Load() { // the engine has stopped under us
		rec.frames.shut(closeDraining, "the server is shutting down")
	}
	v := viewOf(&info)
	return s.amend(ctx, rec, func(d *doc) bool {
		d.take(&v)
		d.head.resting, d.head.wake = true, handedOver()
		return true
	})
}

// handedOver is the wake time of a session that the next node, or the next
// start, goes on with at once.
func handedOver() time.Time { return time.Unix(1, 0).UTC() }

var errNoRest = errors.New("the session did not say how it went to rest")

// repair brings a doc up to a log that has ended.
func (s *Server) repair(ctx context.Context, rec *record) error {
	if !rec.head().ended.IsZero() {
		return nil
	}
	var last engine.Event
	var used SessionUsage
	for e, err := range s.cfg.Store.Read(ctx, rec.id, 0) {
		if err != nil {
			return err
		}
		last = e
		if e.Usage != nil {
			used.InputTokens += e.Usage.InputTokens
			used.OutputTokens += e.Usage.OutputTokens
		}
	}
	end, ok := last.Data.(*engine.Ended)
	if !ok {
		return fmt.Errorf("session %s: %w", rec.id, engine.ErrDamaged)
	}
	return s.amend(ctx, rec, func(d *doc) bool {
		d.head.status, d.head.ended = statusOfOutcome(end.Outcome), last.Time
		d.Outcome, d.Stop, d.Seq = string(end.Outcome), end.Reason.Stop, last.Seq
		used.TotalTokens, used.Cost = used.InputTokens+used.OutputTokens, d.Usage.Cost
		d.Usage = used
		return true
	})
}
