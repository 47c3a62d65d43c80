package engine

import "github.com/agentconnect-dev/agentconnect/providers"

// Budget bounds what the sessions of an owner take together, beside what each
// session's own limits say. It is called concurrently, in the sessions' loops:
// it should be fast.
type Budget interface {
	// Reserve takes what a call may take at most, or says why there is not
	// enough.
	Reserve(owner string, most Spent) *Refusal
	// Settle gives back what was reserved for a call and books what it took.
	Settle(owner string, reserved, took Spent)
}

// Spent is an amount of tokens and of money.
type Spent struct {
	Tokens int
	// Cost is in USD.
	Cost float64
}

// Refusal says why a call is not made.
type Refusal struct {
	// Limit is the address of what forbids it: limits.tokens_per_day.
	Limit string
	// Text is for a person.
	Text string
	// Seen are the values that decided.
	Seen []Seen
}

// budget is the owner's, nil where there is none; a replay knows none.
func (s *Session) budget() Budget {
	if s.engine == nil {
		return nil
	}
	return s.engine.cfg.Budget
}

// grantedOutside asks the owner's budget for a call. A finalizing turn is booked
// and not refused. A replay does as the log says.
func (s *Session) grantedOutside(t *turn, d *ModelCalled, o *offer) bool {
	if s.replay != nil {
		return t.final || s.replay.grantedOutside(s)
	}
	b := s.budget()
	if b == nil {
		return true
	}
	c := o.claim(o.cap)
	most := Spent(c)
	if t.final {
		most = Spent{}
	} else if no := b.Reserve(s.st.owner, most); no != nil {
		s.refuseOutside(Reason{Stop: no.Limit, Text: no.Text, Conditions: []Condition{{Address: no.Limit, Outcome: Exhausted, Seen: no.Seen}}})
		return false
	}
	if s.owed == nil {
		s.owed = map[int]Spent{}
	}
	s.owed[d.Call] = most
	return true
}

func (s *Session) refuseOutside(r Reason) {
	s.emit(Event{Data: &StopFired{Action: actionEnd, Reason: r, Outcome: Exhausted, Outside: true}})
	s.finalize(Exhausted, r)
}

// grantedOutside says whether a call was made when the log was written; if not,
// the session ends as it did then.
func (r *replay) grantedOutside(s *Session) bool {
	want := r.peek(0)
	if want == nil {
		return true
	}
	if d, ok := want.Data.(*StopFired); ok && d.Outside {
		s.refuseOutside(d.Reason)
		return false
	}
	return true
}

// settle books what a call has taken.
func (s *Session) settle(call int, u *providers.Usage, cost *float64) {
	reserved, owed := s.owed[call]
	if !owed {
		return
	}
	delete(s.owed, call)
	var took Spent
	if u != nil {
		took.Tokens = u.Total()
	}
	if cost != nil {
		took.Cost = *cost
	}
	s.budget().Settle(s.st.owner, reserved, took)
}

// settleAll books calls of which nobody will hear what they took: all that was
// reserved for them.
func (s *Session) settleAll() {
	for call, reserved := range s.owed {
		delete(s.owed, call)
		s.budget().Settle(s.st.owner, reserved, reserved)
	}
}
