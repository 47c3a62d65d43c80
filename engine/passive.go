package engine

import (
	"context"
	"time"
)

// Idle says that the session waits with nothing in flight.
func (s *Session) Idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed == nil && !s.running && s.waits.Load()
}

// rest lets the session go if it has waited for long enough and has nothing to
// do soon. A command that came meanwhile keeps it; later ones get [ErrPassive].
func (s *Session) rest() bool {
	wake := s.nextDue()
	if at := s.restAt(wake); at.IsZero() || s.now.Before(at) || s.snapshotFirst() {
		return false
	}
	r := Rest{Session: s.id, Wake: wake, Info: s.st.info()}
	s.mu.Lock()
	if s.closed != nil || s.taken < len(s.inbox) {
		s.mu.Unlock()
		return false
	}
	s.close(ErrPassive)
	s.mu.Unlock()
	s.depart(&r)
	return true
}

// restAt is when the session may be let go, if it waits and has nothing to do
// before wake; zero when it is to be kept for the time being.
func (s *Session) restAt(wake time.Time) time.Time {
	if s.passive == 0 || len(s.calls) > 0 || s.snaps.busy {
		return time.Time{}
	}
	at := s.quiet.Add(s.passive)
	if at.Before(s.now) {
		at = s.now
	}
	if !wake.IsZero() && wake.Sub(at) < s.passive {
		return time.Time{}
	}
	return at
}

// nextDue is the next moment of the agenda, zero when there is none.
func (s *Session) nextDue() (next time.Time) {
	s.agenda(func(d due) {
		if next.IsZero() || d.at.Before(next) {
			next = d.at
		}
	})
	return next
}

// Wake goes on with a session that waits in its log and that nobody else has
// run since. It waits as before, and what was due meanwhile happens now. If
// something was cut short after all, Wake does as [Engine.Resume] does. A
// session that is here already gives [ErrConflict]; one that is just being let
// go is waited for.
func (e *Engine) Wake(ctx context.Context, t *Template, id string) (*Session, error) {
	return e.revive(ctx, t, id, func(s *Session) {
		if s.st.cutShort() {
			s.takeOver()
			return
		}
		alarm{}.apply(s) // what is overdue comes before what woke it
		s.askAll()
	})
}

// cutShort says whether the log ends within something that must go on: a
// session that waits has nothing of the kind.
func (st *State) cutShort() bool {
	if st.firing != nil || st.broken != nil || st.copying != 0 || st.final != nil && len(st.turns) == 0 {
		return true
	}
	for _, t := range st.turns {
		if t.cutShort(st) {
			return true
		}
	}
	if !st.started.IsZero() {
		return st.lastID == 0 && st.final == nil
	}
	said := st.history
	if st.opening != "" {
		said++
	}
	return len(st.messages) != said || st.inputClosed || st.t.starts(st.opening)
}

// cutShort says whether a turn waits for something that nobody does.
func (t *turn) cutShort(st *State) bool {
	if t.agent == nil {
		return t.said || st.inputClosed
	}
	return !t.cooling && !t.awaits() && (t.retryAt.IsZero() || t.call != 0)
}
