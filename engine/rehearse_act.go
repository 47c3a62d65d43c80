package engine

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// What a session is told when a person is gone.
const (
	nobodyThere   = "nobody is there to allow it"
	nobodyDecides = "nobody is there to decide whether it goes on"
)

// check refuses options that cannot be kept.
func (o *RehearseOptions) check() error {
	for i := range o.Acts {
		if err := o.Acts[i].check(); err != nil {
			return fmt.Errorf("act %d: %w", i+1, err)
		}
	}
	return o.Start.check()
}

func (a *Act) check() error {
	if a.At < 0 || a.After < 0 || a.At > 0 && a.After > 0 {
		return fmt.Errorf("it comes at %s and after %d messages; one of them may be set, and neither below 0", a.At, a.After)
	}
	switch a.Do {
	case DoSay, "":
		return a.Message.check()
	case DoPause, DoResume, DoStop, DoStopAfter, DoCloseInput:
		return nil
	default:
		return fmt.Errorf("a person does not %q; there are %q, %q, %q, %q, %q and %q",
			a.Do, DoSay, DoPause, DoResume, DoStop, DoStopAfter, DoCloseInput)
	}
}

// moment is when an act comes that does not wait for the session.
func (g *stage) moment(a *Act) (time.Time, bool) {
	switch {
	case a.At > 0:
		return g.s.st.created.Add(a.At), true
	case a.After > 0 && len(g.s.st.messages) >= a.After:
		return g.at, true
	default:
		return time.Time{}, false
	}
}

// awaited lets the first act come for which the session waits.
func (g *stage) awaited() bool {
	i := slices.IndexFunc(g.acts, func(n int) bool { return g.s.waitsForAct(&g.o.Acts[n]) })
	if i >= 0 {
		g.perform(i)
	}
	return i >= 0
}

// waitsForAct says whether a session waits for an act without a moment.
func (s *Session) waitsForAct(a *Act) bool {
	switch {
	case a.At > 0 || a.After > 0:
		return false
	case a.Do == DoResume:
		return s.st.paused && len(s.calls) == 0
	case a.Do != DoSay && a.Do != "":
		return s.waitsForPerson()
	case s.st.paused || s.st.inputClosed || s.st.final != nil:
		return false
	default:
		return s.turnOf(cmp.Or(a.Message.Sender, userName)) != nil || !s.personsTurn() && s.st.waitsForMessage()
	}
}

// waitsForPerson says whether nothing happens before a person does something.
func (s *Session) waitsForPerson() bool {
	if s.st.paused {
		return len(s.calls) == 0
	}
	return !s.st.inputClosed && (s.personsTurn() || s.st.waitsForMessage())
}

// personsTurn says whether it is a person's turn.
func (s *Session) personsTurn() bool { return s.turnOf(userName) != nil }

// perform lets an act come.
func (g *stage) perform(i int) {
	n := g.acts[i]
	g.acts = slices.Delete(g.acts, i, i+1)
	g.handle(act(func(s *Session) {
		if err := s.perform(&g.o.Acts[n]); err != nil {
			g.refused = append(g.refused, Refused{Act: n, Err: err})
		}
	}))
}

func (s *Session) perform(a *Act) error {
	switch a.Do {
	case DoPause:
		s.paused(a.Message.Sender)
	case DoResume:
		s.resumed(a.Message.Sender)
	case DoStop:
		s.stopped(a.Message.Sender)
	case DoStopAfter:
		s.stopsAfter(a.Message.Sender)
	case DoCloseInput:
		s.closeInput()
	default:
		m := a.Message
		m.Sender = cmp.Or(m.Sender, userName)
		return s.say(m).err
	}
	return nil
}

// decides asks who decides about a tool call.
func (g *stage) decides(e *Event) {
	d, ok := e.Data.(*ApprovalAsked)
	if !ok || g.o.Decide == nil {
		return
	}
	if dec, ok := g.o.Decide(*e); ok {
		g.coming = append(g.coming, coming{at: e.Time.Add(max(0, dec.After)), in: act(func(s *Session) {
			_ = s.decide(d.CallID, clip(dec.By, maxDecision), dec.Allow, clip(dec.Why, maxDecision)) // its turn may have ended
		})})
	}
}

// left tells the session that a person is gone for whom it waits, once none will
// do anything more.
func (g *stage) left() bool {
	if g.o.Stay || slices.ContainsFunc(g.acts, func(n int) bool { return g.o.Acts[n].At > 0 }) ||
		slices.ContainsFunc(g.coming, func(c coming) bool { return c.call == nil }) {
		return false
	}
	s := g.s
	switch id := s.st.asksPerson(); {
	case id != "":
		g.handle(act(func(s *Session) { _ = s.decide(id, "", false, nobodyThere) })) // it waits for that
	case s.st.paused:
		g.handle(act(func(s *Session) { s.blocked(nobodyDecides) }))
	case s.waitsForPerson():
		g.handle(act(func(s *Session) { s.closeInput() }))
	default:
		return false
	}
	return true
}

// asksPerson is the id of the first call that waits for a person, or empty.
func (st *State) asksPerson() string {
	for _, t := range st.openTurns() {
		for i := range t.pending {
			if p := &t.pending[i]; p.waits() {
				return p.call.ID
			}
		}
	}
	return ""
}
