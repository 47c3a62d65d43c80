package engine

import (
	"strings"
	"time"
)

// maxLooks bounds how often conditions are looked at between two events.
const maxLooks = 3600

// clock does what was due at an event's time.
func (r *replay) clock(e *Event) {
	switch d := e.Data.(type) {
	case *Latched, *Cleared:
		r.ticks = true
	case *StopFired:
		r.ticks = strings.HasPrefix(d.Reason.Stop, "stop.")
	case *Ended:
		r.ticks = strings.HasPrefix(d.Reason.Stop, "stop.")
	}
	defer func() { r.ticks = false }()
	alarm{}.apply(r.s)
}

// elapsed does what the template has due before an event, of which the log knows
// nothing.
func (r *replay) elapsed(e *Event) {
	if e.Type() == TypeTakenOver || e.Type() == TypeForked {
		return
	}
	s := r.s
	if at := s.nextDue(); !at.IsZero() && at.Before(e.Time.Add(-lateness)) {
		if !e.timed() {
			s.now = later(at, s.st.last)
			alarm{}.apply(s)
			r.settle()
		}
		return
	}
	if s.t.ticks && s.st.busy() && s.st.final == nil && !s.st.paused && !s.st.started.IsZero() {
		r.looks(e)
	}
}

// timed says whether an event may be the clock's: then its own time counts.
func (e *Event) timed() bool {
	switch d := e.Data.(type) {
	case *Ended, *StopFired, *TurnFailed, *Recovered, *ModelCalled:
		return true
	case *ModelFailed:
		return d.givenUp()
	default:
		return false
	}
}

// looks looks at the conditions that read the clock as the session did while
// nothing happened: one that is true for longer than it could have been missed
// ends the replay.
func (r *replay) looks(e *Event) {
	s := r.s
	since := time.Time{}
	at := s.st.last.Add(tickEvery)
	for range maxLooks {
		if !at.Before(e.Time) {
			break
		}
		switch {
		case !s.st.clockFires(at):
			since = time.Time{}
		case since.IsZero():
			since = at
		case at.Sub(since) >= lateness+tickEvery:
			s.now, r.ticks = since, true
			defer func() { r.ticks = false }()
			s.tick()
			return
		}
		at = at.Add(tickEvery)
	}
	s.st.clockFires(s.st.last)
}

// clockFires says whether a condition is true at a moment.
func (st *State) clockFires(at time.Time) bool {
	st.env.Elapsed = st.elapsed(at).Seconds()
	for _, c := range st.t.stops {
		for _, f := range c.frames(st, nil) {
			if c.spec.Action == actionPause && st.pausedBy[c.in(f)] {
				continue
			}
			if ok, err := c.holds(st, f, func(remembered) {}); ok || err != nil {
				return true
			}
		}
	}
	return false
}
