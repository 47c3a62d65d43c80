package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// startTurn begins a participant's turn.
func (s *Session) startTurn(f *Frame, step Step) {
	who := f.node.at(step.Slot).who()
	n := s.st.lastTurn + 1
	a := f.node.asks[step.Role]
	s.emit(Event{Turn: n, Agent: who, Pattern: f.path, Data: &TurnStarted{
		Frame: f.id, Slot: step.Slot, Role: step.Role, Decides: a != nil && a.decides,
		Note: step.Note, Answers: step.Answers, Context: step.Context, Call: step.Call,
	}})
	t := s.st.turns[n]
	switch {
	case t.human != nil && s.st.inputClosed:
		s.leftAlone(t)
	case t.human != nil: // the person takes the time that it takes
	default:
		s.coolOrCall(t)
	}
}

// coolOrCall calls the model, unless the agent is over its token limits: then
// the turn waits.
func (s *Session) coolOrCall(t *turn) {
	until, limit := s.st.cooldown(t.name, s.now)
	if limit == "" {
		s.callModel(t)
		return
	}
	s.emit(t.event(&CooledDown{Until: until, Limit: limit}))
}

// cooldown says until when an agent must wait, and for which of its limits.
func (st *State) cooldown(name string, now time.Time) (until time.Time, limit string) {
	l := st.t.agents[name].spec.Limits
	for _, w := range []struct {
		name string
		span time.Duration
		max  int
	}{{"tokens_per_minute", time.Minute, l.TokensPerMinute}, {"tokens_per_hour", time.Hour, l.TokensPerHour}} {
		if w.max == 0 {
			continue
		}
		if at := overUntil(st.use[name].spent, now, w.span, w.max); at.After(until) {
			until, limit = at, "limits."+w.name
		}
	}
	return until, limit
}

// overUntil is when the tokens spent within a sliding window fall below max,
// or zero when they are below it now.
func overUntil(list []spent, now time.Time, span time.Duration, most int) time.Time {
	sum := 0
	var until time.Time
	for i := len(list) - 1; i >= 0 && now.Sub(list[i].At) < span; i-- {
		if sum += list[i].Tokens; sum >= most {
			until = list[i].At.Add(span)
			break
		}
	}
	return until
}

// event is an event of the turn.
func (t *turn) event(d Data) Event {
	e := Event{Turn: t.n, Agent: t.name, Cause: t.seq, Data: d}
	if t.frame != nil {
		e.Pattern = t.frame.path
	}
	return e
}

// leftAlone ends the turn of a person who will not say anything more; without
// persons a session of a person and agents is over.
func (s *Session) leftAlone(t *turn) {
	if s.t.Type == "human_agent" {
		s.end(Achieved, Reason{Stop: "input", Text: "the input ended"})
		return
	}
	s.absent(t, "the input has ended")
}

// absent ends the turn of a person who does not answer.
func (s *Session) absent(t *turn, why string) {
	f := t.frame
	if t.human.spec.OnTimeout == "skip" {
		s.emit(t.event(&TurnFailed{Kind: providers.TimedOut, Message: why, Skipped: true}))
		s.ask(f)
		return
	}
	s.emit(t.event(&TurnFailed{Kind: providers.TimedOut, Message: why}))
	s.end(Blocked, t.absence(why))
}

// absence is the reason of an end for a person who does not answer.
func (t *turn) absence(why string) Reason {
	return Reason{Stop: "human." + t.name, Text: fmt.Sprintf("%s did not answer: %s", t.name, why)}
}

// failure is the reason of an end for a turn that failed.
func (t *turn) failure(kind providers.Kind, text string) Reason {
	stop := "error"
	if t.judges() {
		stop = t.stop.stop
	}
	return Reason{Stop: stop, Text: clip(fmt.Sprintf("turn %d of %s: %s", t.n, t.name, text), maxErrorText), ErrorKind: kind}
}

// finishTurn gives the turn's answer to the conversation.
func (s *Session) finishTurn(t *turn, said *Said) {
	if t.frame != nil {
		said.Frame = t.frame.id
		said.Copy = t.frame.node.copyOf(t.slot)
		if t.frame.node.holds(t.slot) {
			s.emit(t.event(&TurnFinished{Held: said}))
			s.ask(t.frame)
			return
		}
	}
	e := t.event(said)
	e.Cause = s.st.head
	s.emit(e)
	s.emit(t.event(&TurnFinished{}))
	if t.final {
		s.endFinal()
		return
	}
	s.ask(t.frame)
}

// decideTurn ends a decision.
func (s *Session) decideTurn(t *turn, decision json.RawMessage) {
	s.emit(t.event(&TurnFinished{Decision: decision}))
	s.ask(t.frame)
}

// failTurn ends the turn without an answer; the pattern decides what follows.
func (s *Session) failTurn(t *turn, err error) {
	failed := &TurnFailed{Kind: providers.KindOf(err), Message: clip(err.Error(), maxErrorText)}
	if t.final {
		s.drop(t)
		s.emit(t.event(failed))
		s.endFinal()
		return
	}
	if t.judges() {
		s.judgeFailed(t, failed)
		return
	}
	if t.asker != 0 {
		failed.Skipped = true
		s.cancelTurn(t, failed)
		return
	}
	failed.Skipped = t.frame.tolerates(t.slot)
	s.drop(t)
	s.emit(t.event(failed))
	if failed.Skipped {
		s.ask(t.frame)
		return
	}
	s.failFrame(t.frame, t.failure(failed.Kind, failed.Message))
}

// cancelTurn ends a turn from outside; a call in flight is charged by what is
// known of it.
func (s *Session) cancelTurn(t *turn, why *TurnFailed) {
	s.drop(t)
	s.emit(t.event(why))
}

// drop gives up the call that a turn has in flight.
func (s *Session) drop(t *turn) {
	s.dropAsked(t)
	if s.replay != nil {
		s.replay.drop(s, t)
		return
	}
	c := s.calls[t.n]
	if c == nil {
		if t.call != 0 { // not begun yet
			s.settle(t.call, nil, nil)
			s.emit(t.event(&ModelFailed{
				Call: t.call, Provider: t.via, Kind: providers.Canceled, Message: canceledBefore, Cost: new(float64), Unmade: true,
			}))
		}
		return
	}
	delete(s.calls, t.n)
	c.cancel(errCanceled)
	if t.call == 0 {
		return
	}
	u := providers.Usage{InputTokens: c.input, OutputTokens: estimate(int(c.received.Load()))}
	e := t.event(&ModelFailed{
		Call: t.call, Provider: c.link.entry.Settings.Name, Kind: providers.Canceled,
		Message: canceledRunning, Cost: c.link.cost(u),
	})
	e.Usage, e.Cause = &u, t.callSeq
	s.settle(t.call, &u, c.link.cost(u))
	s.emit(e)
}

// model is what a turn's call goes to.
func (t *turn) model() *chainLink {
	if t.summing && t.agent.summarizer != nil {
		return t.agent.summarizer
	}
	return &t.agent.chain[min(t.link, len(t.agent.chain)-1)]
}

// What is told of a call that is given up.
const (
	canceledBefore  = "canceled before it began"
	canceledRunning = "canceled while it ran"
)

var errCanceled = errors.New("canceled by the session")

func (l *chainLink) cost(u providers.Usage) *float64 {
	p := l.entry.Settings.Price
	if p == nil {
		return nil
	}
	return new(p.Cost(u))
}
