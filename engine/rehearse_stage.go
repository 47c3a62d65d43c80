package engine

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// stage is where a session is rehearsed: its clock, and what is to come.
type stage struct {
	ctx context.Context //nolint:containedctx // the rehearsal's, which is longer than any call
	s   *Session
	o   RehearseOptions
	at  time.Time // by the session's clock

	coming  []coming // what was begun, in its order
	acts    []int    // of the options, that have not come
	moments int
	events  []Event
	refused []Refused
	bound   string // that was reached
}

// coming is something that is due at a moment.
type coming struct {
	at   time.Time
	in   input
	call *call // that it is about; without it, it is a person's
}

func newStage(ctx context.Context, cancel context.CancelCauseFunc, t *Template, o RehearseOptions) *stage {
	g := &stage{ctx: ctx, o: o, at: o.Begin.UTC().Truncate(time.Microsecond)}
	g.s = &Session{
		id: o.Start.ID, t: t, st: newState(t, o.Start.ID), ctx: ctx, cancel: cancel, log: slog.New(slog.DiscardHandler),
		calls: map[int]*call{}, models: map[string]providers.Model{}, stage: g,
	}
	for i := range o.Acts {
		g.acts = append(g.acts, i)
	}
	return g
}

// act is an input that is a function.
type act func(s *Session)

func (a act) apply(s *Session) { a(s) }

func (g *stage) start() {
	g.handle(act(func(s *Session) { s.create(g.o.Start) }))
}

// handle takes in an input as a running session does, and does what follows.
func (g *stage) handle(in input) {
	s := g.s
	g.progress()
	s.now = later(g.at.Truncate(time.Microsecond), s.st.last)
	if _, clock := in.(alarm); !clock && s.st.head > 0 {
		if next := s.nextDue(); !next.IsZero() && !next.After(s.now) {
			g.take(alarm{})
			s.now = later(s.now, s.st.last)
		}
	}
	if s.st.ended == nil {
		g.take(in)
	}
	g.collect()
	if s.st.ended == nil {
		s.launch()
	}
}

func (g *stage) take(in input) {
	in.apply(g.s)
	g.s.advance()
}

// collect keeps what happened, and asks who decides about what waits.
func (g *stage) collect() {
	s := g.s
	at := len(g.events)
	g.events = append(g.events, s.batch...)
	s.batch = s.batch[:0]
	if len(g.events) >= g.o.Events {
		g.bound = fmt.Sprintf("it has %d events, which is the most of a rehearsal", len(g.events))
	}
	for i := range g.events[at:] {
		g.decides(&g.events[at+i])
	}
}

// later keeps what is due after a time.
func (g *stage) later(after time.Duration, in input, c *call) {
	g.coming = append(g.coming, coming{at: g.at.Add(after), in: in, call: c})
}

// run lets happen what is due, until the session has ended or nothing more comes.
func (g *stage) run() error {
	for g.s.st.ended == nil && g.bound == "" {
		if err := context.Cause(g.ctx); err != nil {
			return err
		}
		if g.moments++; g.moments > rehearseMoments {
			g.bound = fmt.Sprintf("something was due at %d moments, which is the most of a rehearsal", rehearseMoments)
			break
		}
		if !g.happens() {
			break
		}
	}
	return nil
}

// happens lets the next thing happen and says whether there was one.
func (g *stage) happens() bool {
	g.coming = slices.DeleteFunc(g.coming, func(c coming) bool { return c.call != nil && g.s.calls[c.call.turn] != c.call })
	next, do := g.next()
	switch {
	case do != nil && !next.After(g.at):
		do()
	case g.awaited():
	case g.left():
	case do == nil:
		return false
	case next.Sub(g.o.Begin) > g.o.Within:
		g.bound = fmt.Sprintf("%s have passed, which is the most of this rehearsal", g.o.Within)
	default:
		g.at = next
		do()
	}
	return true
}

// next is what comes next by the clock.
func (g *stage) next() (at time.Time, do func()) {
	if due := g.s.nextDue(); !due.IsZero() {
		at, do = due.Add(time.Microsecond-1).Truncate(time.Microsecond), func() { g.handle(alarm{}) }
	}
	first := func(when time.Time, what func()) {
		if do == nil || when.Before(at) {
			at, do = when, what
		}
	}
	for i := range g.coming {
		first(g.coming[i].at, func() {
			c := g.coming[i]
			g.coming = slices.Delete(g.coming, i, i+1)
			g.handle(c.in)
		})
	}
	for i, n := range g.acts {
		if when, ok := g.moment(&g.o.Acts[n]); ok {
			first(when, func() { g.perform(i) })
		}
	}
	return at, do
}

// result tells how it went.
func (g *stage) result() *Rehearsal {
	st := g.s.st
	r := &Rehearsal{Events: g.events, Ended: st.ended, Info: st.info(), Env: st.envAt(nil), Undone: g.acts, Refused: g.refused}
	r.Took = st.last.Sub(st.created)
	if r.Ended == nil {
		r.Unfinished = g.bound
		if g.bound == "" {
			r.Unfinished = st.waiting(noted{})
		}
	}
	return r
}
