package providertest

import (
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// perSession skips models that keep no state for each session.
func perSession(t *testing.T, m providers.Model) providers.PerSession {
	t.Helper()
	p, ok := m.(providers.PerSession)
	if !ok {
		t.Skip("the model keeps no state for each session")
	}
	return p
}

// say is the result of the next call, and what it leaves to be stored.
func say(t *testing.T, m providers.Model, want string) (mark string) {
	t.Helper()
	r := Collect(t, m.Stream(t.Context(), ask("Next.")))
	r.wantStop(t, want)
	if r.Mark() == "" || len(r.Mark()) > 256 {
		t.Errorf("got mark %q, want a short one", r.Mark())
	}
	return r.Mark()
}

// Sessions walk side by side, and calls made at once are in the order of the
// calls, whatever the order of ranging.
func (s *suite) sessions() {
	t, h := s.t, s.h
	replies := numbered(3)
	m := perSession(t, h.Model(t, replies...))
	one, other := m.ForSession(nil), m.ForSession(nil)
	say(t, one, replies[0].Text)
	say(t, one, replies[1].Text)
	say(t, other, replies[0].Text)
	second, third := other.Stream(t.Context(), ask("Next.")), other.Stream(t.Context(), ask("Next."))
	last := Collect(t, third)
	last.wantStop(t, replies[2].Text)
	last = Collect(t, second)
	last.wantStop(t, replies[1].Text)
	say(t, one, replies[2].Text)
}

// A session resumed from its marks goes on as if it had never stopped, from
// whatever call on, failures included.
func (s *suite) sessionsResume() {
	t, h := s.t, s.h
	replies := numbered(4)
	m := perSession(t, h.Model(t, replies...))
	var marks []string
	for i := range replies {
		marks = append(marks, say(t, m.ForSession(marks), replies[i].Text))
	}
	for from := range replies {
		resumed := m.ForSession(marks[:from])
		for _, reply := range replies[from:] {
			say(t, resumed, reply.Text)
		}
	}
	for _, strange := range []string{"", "?", "999:x", marks[0] + "9999999999999999999"} {
		say(t, m.ForSession([]string{strange}), replies[0].Text)
	}
}
