package engine

import (
	"github.com/agentconnect-dev/agentconnect/providers"
)

// takeOver goes on with a session that another process, or one that died, has
// run.
func (s *Session) takeOver() {
	s.emit(Event{Data: &TakenOver{Last: s.st.head}})
	s.mend(nil)
}

// mend goes on from wherever the log was cut: what had begun comes to its end
// as it would have, and what was in flight is made again. What a person says
// meanwhile comes before anything is made again.
func (s *Session) mend(said *Message) {
	if s.st.started.IsZero() {
		s.mendStart()
		if said != nil {
			s.hear(*said, false)
		}
		return
	}
	s.settleDead()
	s.finishSpoken()
	if said != nil {
		s.hear(*said, false)
	}
	for _, do := range []func(){s.finishFiring, s.finishBroken, s.finishFinal} {
		if s.st.ended != nil {
			return
		}
		do()
	}
	if s.st.ended != nil {
		return
	}
	if s.st.lastID == 0 && s.st.final == nil {
		s.enter(s.t.root, nil, Step{})
	}
	for _, t := range s.st.openTurns() {
		if s.st.turns[t.n] == t { // else ended by what was found out about another
			s.redo(t)
		}
	}
	s.askAll()
}

// mendStart completes what creating a session or its first message began.
func (s *Session) mendStart() {
	st := s.st
	said := len(st.messages) - st.history // may be below 0: some of it was cut off
	switch {
	case st.opens():
		s.open(st.opening)
		said = 0
	case st.opening != "":
		said--
	}
	switch {
	case st.inputClosed:
		s.unsaid()
	case said > 0 || s.t.starts(st.opening):
		s.begun()
	}
}

// opens says whether the opening is still to be said.
func (st *State) opens() bool {
	return st.opening != "" && st.started.IsZero() && len(st.messages) <= st.history
}

// settleDead books the calls that nobody waits for any more.
func (s *Session) settleDead() {
	for _, t := range s.st.openTurns() {
		if t.call != 0 {
			s.emit(t.event(&ModelFailed{
				Call: t.call, Provider: t.via, Kind: providers.Canceled, Message: "interrupted; what it used is not known",
			}))
		}
	}
}

// finishSpoken ends the turns whose message stands in the transcript.
func (s *Session) finishSpoken() {
	for _, t := range s.st.openTurns() {
		if t.said {
			s.emit(t.event(&TurnFinished{}))
		}
	}
}

// finishFiring does what a condition that was true had begun.
func (s *Session) finishFiring() {
	d := s.st.firing
	switch {
	case d == nil:
	case d.Action == actionPause:
		s.emit(Event{Data: &Paused{Reason: &d.Reason}})
	case d.Action == actionLeave:
		f := s.st.frames[d.Frame]
		s.leave(f, &Left{Frame: f.id, Why: leftStop, Result: s.result(f, nil), Reason: &d.Reason})
	case d.Action == actionFinalize || d.Outcome == Exhausted:
		s.finalize(d.Outcome, d.Reason)
	default:
		s.end(d.Outcome, d.Reason)
	}
}

// finishBroken lets a failure take its course.
func (s *Session) finishBroken() {
	b := s.st.broken
	switch {
	case b == nil || s.st.final != nil:
	case b.Outcome != "":
		s.end(b.Outcome, b.Why)
	default:
		s.failFrame(s.st.frames[b.Frame], b.Why)
	}
}

// finishFinal ends a session after its finalizing turn, or begins that turn.
func (s *Session) finishFinal() {
	switch {
	case s.st.final == nil:
	case s.st.finalOver || s.t.finalize == nil:
		s.endFinal()
	case len(s.st.turns) == 0:
		s.startFinal(s.t.finalize)
	}
}

// redo goes on with an open turn.
func (s *Session) redo(t *turn) {
	switch {
	case t.human != nil:
		if s.st.inputClosed {
			s.leftAlone(t)
		}
	case t.cooling || t.call != 0: // it waits, or was begun just now
	case t.handedOver():
		s.endHandedOver(t)
	case len(t.pending) > 0:
		s.redoTools(t)
	case !t.retryAt.IsZero(): // the clock calls again
	case s.st.unfit(t) != "":
		s.mendAnswer(t, s.st.unfit(t))
	case t.callSeq == 0 && !t.final:
		s.coolOrCall(t)
	default:
		s.callModel(t)
	}
}

// unfit says what is wrong with the turn's last answer, if it has been neither
// taken nor sent back.
func (st *State) unfit(t *turn) string {
	if len(t.extra) == 0 {
		return ""
	}
	last := t.extra[len(t.extra)-1]
	if last.Role != providers.Assistant || len(last.ToolCalls) > 0 {
		return ""
	}
	if last.Content == noAnswer {
		return emptyAnswer
	}
	r := &reply{text: last.Content}
	return r.problem(st.form(t))
}

// redoTools settles the tool calls that have no result and makes those that
// were not made yet.
func (s *Session) redoTools(t *turn) {
	var unmade []providers.ToolCall
	for _, p := range t.pending {
		switch tool, _ := t.agent.tool(p.call.Name); {
		case p.done, p.waits(), p.step != stepNone:
		case !p.asked:
			unmade = append(unmade, p.call)
		case s.st.declined(t, p.call, p.over) != "":
			s.toolFailed(t, p.call, s.st.declined(t, p.call, p.over))
		case t.given(p.call.Name): // its pattern sees to it
		case tool.Approval && p.approval == approvalNone:
			s.askApproval(t, p.call)
		case tool.asks: // advance sees to it
		case tool.Idempotent:
			s.tools = append(s.tools, toolStart{turn: t.n, tool: tool, call: p.call})
		default:
			s.toolFailed(t, p.call, "interrupted: it is not known whether the call took effect")
		}
	}
	s.requestTools(t, unmade)
}
