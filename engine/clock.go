package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// tickEvery is how often conditions that read the clock are looked at while
// nothing else happens.
const tickEvery = time.Second

// due is a moment at which a session has something to do.
type due struct {
	at   time.Time
	do   func(*Session)
	turn int // that it is about, 0 for the session
}

// before orders what is due, so that what is due at the same moment has an
// order too.
func (d due) before(o due) bool {
	if d.at.Equal(o.at) {
		return d.turn < o.turn
	}
	return d.at.Before(o.at)
}

// agenda visits every moment that a session waits for. It depends on the state
// alone, so a resumed session waits for the same moments.
func (s *Session) agenda(visit func(due)) {
	st, spec := s.st, s.t.spec
	if spec.Lifetime > 0 {
		visit(due{at: st.created.Add(spec.Lifetime), do: func(s *Session) {
			s.end(Expired, Reason{Stop: "lifetime", Text: fmt.Sprintf("its lifetime of %s is over", spec.Lifetime)})
		}})
	}
	if spec.IdleTimeout > 0 && !st.busy() {
		visit(due{at: st.last.Add(spec.IdleTimeout), do: func(s *Session) {
			s.end(Expired, Reason{Stop: "idle_timeout", Text: fmt.Sprintf("nobody said anything for %s", spec.IdleTimeout)})
		}})
	}
	if l := spec.Limits.Timeout; l > 0 && !st.started.IsZero() && !st.paused && st.final == nil {
		visit(due{at: st.started.Add(l + st.held), do: (*Session).timedOut})
	}
	if s.t.ticks && st.busy() && st.final == nil && (s.replay == nil || s.replay.ticks) {
		visit(due{at: later(st.last, s.ticked).Add(tickEvery), do: (*Session).tick})
	}
	for _, t := range st.turns {
		s.agendaOf(t, visit)
	}
}

func (s *Session) agendaOf(t *turn, visit func(due)) {
	limit := s.t.spec.Limits.TurnTimeout
	if t.final && limit == 0 {
		limit = defaultFinalizeTimeout
	}
	switch {
	case t.human != nil:
		if d := t.human.spec.Timeout; d > 0 {
			visit(due{turn: t.n, at: t.started.Add(d), do: func(s *Session) { s.absent(t, fmt.Sprintf("no answer within %s", d)) }})
		}
		return
	case t.awaits(): // the person takes the time that it takes
		return
	case t.cooling && s.drains: // whoever resumes it makes the call
		return
	case t.cooling:
		visit(due{turn: t.n, at: s.st.use[t.name].coolUntil, do: func(s *Session) {
			s.emit(t.event(&Recovered{}))
			s.callModel(t)
		}})
		return
	case !t.retryAt.IsZero() && t.call == 0 && !s.drains && !slices.Contains(s.hungry, t):
		visit(due{turn: t.n, at: t.retryAt, do: func(s *Session) { s.callModel(t) }})
	}
	if limit > 0 {
		visit(due{turn: t.n, at: t.started.Add(limit), do: func(s *Session) {
			s.failTurn(t, &providers.Error{Kind: providers.TimedOut, Message: fmt.Sprintf("turn_timeout of %s is over", limit)})
		}})
	}
}

func (s *Session) timedOut() {
	l := s.t.spec.Limits.Timeout
	at := s.t.spec.Arg("limits.timeout")
	c := Condition{Address: "limits.timeout", Outcome: Exhausted, Seen: []Seen{
		{Name: "elapsed", Value: s.st.elapsed(s.now).Round(time.Millisecond).String()}, {Name: "timeout", Value: l.String()},
	}}
	c.File, c.Line = place(at)
	s.exhaust(exhausted([]Condition{c}))
}

// tick looks at the conditions that read the clock.
func (s *Session) tick() {
	s.st.env.Elapsed = s.st.elapsed(s.now).Seconds()
	s.st.changed |= s.t.reads
	s.judge()
	s.ticked = s.now
}

// arm sets the timer to the next moment of the agenda, or to the one at which
// the session is let go since it waits.
func (s *Session) arm() {
	next := s.nextDue()
	if at := s.restAt(next); !at.IsZero() {
		next = at
	}
	if next.IsZero() || !s.armed.IsZero() && !s.armed.After(next) {
		return // an early alarm finds nothing to do and sets the next one
	}
	s.armed = next
	wait := max(0, next.Sub(s.now))
	if s.timer == nil {
		s.timer = time.AfterFunc(wait, func() { _ = s.post(alarm{}) })
		return
	}
	s.timer.Reset(wait)
}

// alarm is the clock's input.
type alarm struct{}

// apply does what is due, one thing at a time: each may change the agenda.
func (alarm) apply(s *Session) {
	s.armed = time.Time{}
	for s.st.ended == nil {
		var first *due
		s.agenda(func(d due) {
			if !d.at.After(s.now) && (first == nil || d.before(*first)) {
				first = &d
			}
		})
		if first == nil {
			return
		}
		first.do(s)
	}
}
