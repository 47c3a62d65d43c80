package engine

import (
	"slices"
	"time"
)

// timeless takes times and places in the log out.
func (s *savedState) timeless() {
	s.Head, s.Last, s.Created, s.Held = 0, time.Time{}, time.Time{}, 0
	whether(&s.Started, &s.PausedAt)
	s.Clients = nil
	for i := range s.Turns {
		t := &s.Turns[i]
		t.Started, t.Seq, t.CallSeq = time.Time{}, 0, 0
		whether(&t.RetryAt)
	}
	for name, u := range s.Use {
		u.Active = time.Time{}
		whether(&u.CoolUntil)
		u.Spent = slices.Clone(u.Spent)
		for i := range u.Spent {
			u.Spent[i].At = time.Time{}
		}
		s.Use[name] = u
	}
}

// whether leaves of times whether they are set.
func whether(times ...*time.Time) {
	for _, t := range times {
		if !t.IsZero() {
			*t = time.Unix(1, 0).UTC()
		}
	}
}
