package engine

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// What is done when a condition is true.
const (
	actionEnd      = "end"
	actionFinalize = "finalize"
	actionPause    = "pause"
	actionLeave    = "leave" // the pattern of its scope
)

// Why turns are cut short at the end.
const (
	sessionEnds      = "the session ends"
	sessionFinalizes = "the session is being finalized"
)

// fired is a stop condition that is true now.
type fired struct {
	stop  *stop
	frame *Frame // of its scope, nil for the session
}

// judge looks at the stop conditions if something they read has changed. It
// says whether one of them fired.
func (s *Session) judge() bool {
	changed := s.st.changed
	s.st.changed = 0
	if s.st.started.IsZero() || changed&s.t.reads == 0 || s.st.paused {
		s.st.changed |= changed & s.t.reads // to be looked at later
		return false
	}
	var found []fired
	for _, st := range s.t.stops {
		if st.reads&changed == 0 {
			continue
		}
		for _, f := range st.frames(s.st, nil) {
			found = s.look(st, f, found)
		}
	}
	if s.st.ended != nil {
		return true
	}
	if len(found) > 0 {
		s.fire(found)
	}
	return len(found) > 0
}

// look evaluates one condition. An error ends the session: a condition that
// cannot be evaluated no longer protects it.
func (s *Session) look(st *stop, f *Frame, found []fired) []fired {
	ok, err := st.holds(s.st, f, func(x remembered) {
		if !s.st.latched[x] {
			s.emit(Event{Data: &Latched{Stop: x.stop, Frame: x.frame}})
		}
	})
	if err != nil {
		if s.st.ended == nil {
			r := reasonOf(err)
			r.Stop = st.address()
			s.end(Failed, r)
		}
		return found
	}
	if x := st.in(f); st.spec.Action == actionPause && s.st.pausedBy[x] {
		if !ok {
			s.emit(Event{Data: &Cleared{Stop: x.stop, Frame: x.frame}})
		}
		return found
	}
	if ok {
		found = append(found, fired{stop: st, frame: f})
	}
	return found
}

// rank orders what is true at the same time: safety, then budget and limits,
// then goals.
func rank(o Outcome) int {
	switch o {
	case Failed, Blocked:
		return 0
	case Exhausted:
		return 1
	default:
		return 2
	}
}

// fire acts on the conditions that are true. Scoped ones end their pattern;
// of the others the one that ranks first decides and all are named.
func (s *Session) fire(found []fired) {
	var global []fired
	for _, x := range found {
		switch {
		case x.frame == nil:
			global = append(global, x)
		case s.st.frames[x.frame.id] == x.frame:
			s.fireScoped(x)
		}
	}
	if len(global) == 0 {
		return
	}
	slices.SortStableFunc(global, func(a, b fired) int {
		return cmp.Compare(rank(Outcome(a.stop.spec.Outcome)), rank(Outcome(b.stop.spec.Outcome)))
	})
	conditions := s.st.limitReached()
	for _, x := range global {
		conditions = append(conditions, x.stop.condition(s.st, nil))
	}
	slices.SortStableFunc(conditions, func(a, b Condition) int { return cmp.Compare(rank(a.Outcome), rank(b.Outcome)) })
	if conditions[0].Outcome == Exhausted {
		s.exhaust(exhausted(conditions))
		return
	}
	s.act(global[0], Reason{Stop: conditions[0].Address, Text: global[0].stop.text(), Conditions: conditions})
}

func (s *Session) fireScoped(x fired) {
	c := x.stop.condition(s.st, x.frame)
	r := Reason{Stop: c.Address, Text: x.stop.text(), Conditions: []Condition{c}}
	if x.stop.spec.Action == actionPause {
		s.act(x, r)
		return
	}
	s.emit(Event{Pattern: x.frame.path, Data: &StopFired{Action: actionLeave, Reason: r, Outcome: c.Outcome, Frame: x.frame.id}})
	s.leave(x.frame, &Left{Frame: x.frame.id, Why: leftStop, Result: s.result(x.frame, nil), Reason: &r})
}

// act does what a condition says is to be done.
func (s *Session) act(x fired, r Reason) {
	spec := x.stop.spec
	outcome := Outcome(spec.Outcome)
	s.emit(Event{Data: &StopFired{Action: spec.Action, Reason: r, Outcome: outcome, Frame: x.stop.in(x.frame).frame}})
	switch spec.Action {
	case actionPause:
		s.emit(Event{Data: &Paused{Reason: &r}})
	case actionFinalize:
		s.finalize(outcome, r)
	default:
		s.end(outcome, r)
	}
}

// exhaust ends the session by a limit, after its finalizing turn if it has one.
func (s *Session) exhaust(r Reason) {
	s.emit(Event{Data: &StopFired{Action: actionEnd, Reason: r, Outcome: Exhausted}})
	s.finalize(Exhausted, r)
}

// finalize takes the last turn, if the session has one, and ends.
func (s *Session) finalize(outcome Outcome, r Reason) {
	f := s.t.finalize
	if f == nil || s.st.final != nil {
		s.end(outcome, r)
		return
	}
	s.cancelTurns(sessionFinalizes)
	s.emit(Event{Data: &Finalizing{Outcome: outcome, Reason: r}})
	s.startFinal(f)
}

// startFinal begins the finalizing turn.
func (s *Session) startFinal(f *finalize) {
	n := s.st.lastTurn + 1
	s.emit(Event{Turn: n, Agent: f.agent.spec.Name, Data: &TurnStarted{Note: f.prompt, Answers: -1, Final: true}})
	s.callModel(s.st.turns[n])
}

// endFinal ends the session after its finalizing turn.
func (s *Session) endFinal() {
	why := s.st.final.Reason
	if s.st.finalErr != "" {
		why.Text += "; the finalizing turn failed: " + s.st.finalErr
	}
	s.end(s.st.final.Outcome, why)
}

func (s *Session) cancelTurns(why string) {
	for _, t := range s.st.openTurns() {
		if s.st.turns[t.n] == t { // else it ended with whoever had asked
			s.cancelTurn(t, &TurnFailed{Kind: providers.Canceled, Message: why, Skipped: true})
		}
	}
}

// end ends the session now.
func (s *Session) end(outcome Outcome, r Reason) {
	if s.st.ended != nil {
		return
	}
	s.cancelTurns(sessionEnds)
	s.st.env.Outcome = string(outcome)
	result, err := s.sessionResult()
	if err != nil {
		r.Text += "; its result could not be computed: " + err.Error()
	}
	s.emit(Event{Data: &Ended{Outcome: outcome, Reason: r, Result: result}})
}

// sessionResult is the value of the result expression, by default the last
// message of an agent.
func (s *Session) sessionResult() (any, error) {
	if e := s.t.spec.Result; e != nil {
		return asJSON(e.Value(s.st.envAt(nil)))
	}
	if left := s.st.rootDone; left != nil && len(left.Result) == 1 && s.st.final == nil {
		if m := &s.st.messages[left.Result[0]]; !m.person {
			return m.content, nil
		}
	}
	for i := len(s.st.messages) - 1; i >= 0; i-- {
		if m := &s.st.messages[i]; !m.person {
			return m.content, nil
		}
	}
	return nil, nil
}

// asJSON is a value as it reads back from a log.
func asJSON(v any, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var plain any
	err = json.Unmarshal(b, &plain)
	return plain, err
}
