package engine

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// maxMoves bounds the moves between two turns: a pattern that does not get
// anybody to speak within it never will.
const maxMoves = 10_000

// noTurn is how the reason of that ends.
const noTurn = " moves of the patterns led to no turn"

var errNobody = errors.New("nobody gave an answer")

// advance asks the patterns for their next moves until all wait for something.
func (s *Session) advance() {
	for range maxMoves {
		if s.drains {
			return
		}
		fired := !s.st.closing() && s.judge()
		if s.st.closing() {
			return
		}
		if fired {
			continue
		}
		head := s.st.head
		s.warn()
		if s.feed(); s.st.closing() {
			return
		}
		if s.st.head != head {
			continue // what is true since then is seen at once
		}
		if a := s.st.stopAsked; a != nil {
			if !s.st.working() {
				s.stopped(a.By)
			}
			return // nothing new is started meanwhile
		}
		if s.st.started.IsZero() || s.st.paused {
			return
		}
		if s.serveQuestions() {
			continue
		}
		if s.asksJudge() {
			if s.st.head != head {
				continue
			}
			return
		}
		if s.st.rootDone != nil {
			s.endByPattern(s.st.rootDone)
			return
		}
		f := s.takeReady()
		if f == nil {
			s.endIfIdle()
			return
		}
		s.apply(f, f.node.pattern.Next(s.st, f))
	}
	s.end(Failed, Reason{Stop: "error", Text: strconv.Itoa(maxMoves) + noTurn})
}

func (s *Session) ask(f *Frame) {
	if f != nil && !slices.Contains(s.ready, f) {
		s.ready = append(s.ready, f)
	}
}

// takeReady takes the outermost of the frames that are to be asked: an order
// that does not depend on which process has asked for what.
func (s *Session) takeReady() *Frame {
	for len(s.ready) > 0 {
		first := 0
		for i, f := range s.ready {
			if f.id < s.ready[first].id {
				first = i
			}
		}
		f := s.ready[first]
		s.ready = slices.Delete(s.ready, first, first+1)
		if s.st.frames[f.id] == f {
			return f
		}
	}
	return nil
}

// endIfIdle ends a session that waits for a person and could do nothing with
// what the person says.
func (s *Session) endIfIdle() {
	if len(s.st.turns) > 0 {
		return
	}
	if found := s.st.stepRefused(); len(found) > 0 {
		s.exhaust(exhausted(found))
	}
}

// apply carries out a pattern's move.
func (s *Session) apply(f *Frame, m Move) {
	switch {
	case m.Err != nil:
		s.failFrame(f, reasonOf(m.Err))
		return
	case f.idle > f.node.patience:
		s.failFrame(f, reasonOf(fmt.Errorf("pattern %q: the last %d turns were all passed over: %w", f.path, f.idle, errNobody)))
		return
	case len(m.Steps) > 0 && !s.allowed():
		return
	}
	for _, slot := range slices.Clone(m.Cancel) {
		s.cancelStep(f, slot)
	}
	for _, slot := range m.Merge {
		s.merge(f, slot)
		if s.judge() && (s.st.closing() || s.st.frames[f.id] != f) {
			return
		}
	}
	if m.Chosen != nil {
		s.emit(Event{Pattern: f.path, Agent: m.Chosen.Name, Data: m.Chosen})
	}
	if m.Ballot != nil {
		s.emit(Event{Turn: f.passed[m.Ballot.Slot].turn, Agent: f.node.slots[m.Ballot.Slot].who(), Pattern: f.path, Data: m.Ballot})
	}
	if m.Verdict != nil {
		s.emit(Event{Pattern: f.path, Data: m.Verdict})
	}
	if d := m.Course.data(); d != nil {
		s.emit(Event{Pattern: f.path, Data: d})
	}
	if m.Edge != nil {
		s.emit(Event{Pattern: f.path, Data: m.Edge})
	}
	if m.Say != nil {
		s.voice(f, m.Say)
	}
	s.hand(m.Results)
	if m.Done != "" && !s.summed(f) {
		return
	}
	if m.Round {
		s.emit(Event{Pattern: f.path, Data: &Round{Frame: f.id, Round: f.rounds + 1}})
	}
	if m.Done != "" {
		s.leave(f, &Left{Frame: f.id, Why: m.Done, Result: s.result(f, m.Result)})
		return
	}
	for _, step := range m.Steps {
		if s.st.closing() {
			return
		}
		s.start(f, step)
	}
	if m.Round || m.Say != nil || m.Course != (Course{}) || m.Ballot != nil || m.Verdict != nil || len(m.Merge) > 0 || len(m.Cancel) > 0 {
		s.ask(f)
	}
}

// voice says what a pattern has to say itself, in its own name or in that of a
// participant.
func (s *Session) voice(f *Frame, said *Said) {
	e := Event{Pattern: f.path, Data: said}
	if s.st.use[said.Sender] != nil {
		e.Agent = said.Sender
	}
	s.emit(e)
}

// allowed says whether another step may start; if not, the session ends.
func (s *Session) allowed() bool {
	found := s.st.stepRefused()
	if len(found) == 0 {
		return true
	}
	s.exhaust(exhausted(found))
	return false
}

func (s *Session) start(f *Frame, step Step) {
	sl := f.node.at(step.Slot)
	if sl.node != nil {
		s.enter(sl.node, f, step)
		return
	}
	s.startTurn(f, step)
}

// enter makes a pattern active.
func (s *Session) enter(n *node, parent *Frame, step Step) {
	d := &Entered{Frame: s.st.lastID + 1, Slot: step.Slot, Name: n.name, Kind: n.kind, Context: step.Context, Note: step.Note, Call: step.Call}
	path := n.name
	if parent != nil {
		d.Parent = parent.id
		path = parent.path + "/" + n.name
	}
	s.emit(Event{Pattern: path, Data: d})
	s.ask(s.st.frames[d.Frame])
}

// merge shows the result in a slot that was held back.
func (s *Session) merge(f *Frame, slot int) {
	r := f.passed[slot]
	if r.held != nil {
		s.emit(Event{Turn: r.turn, Agent: r.held.Sender, Pattern: f.path, Data: r.held})
		return
	}
	s.emit(Event{Pattern: f.path, Data: &Merged{Frame: f.id, Slot: slot, Messages: r.messages}})
}

// result are the messages of a frame that its parent sees.
func (s *Session) result(f *Frame, override *int) []int {
	if f.node.spec.Result == "all" {
		return slices.Clone(f.view)
	}
	if f.summary >= 0 {
		return []int{f.summary}
	}
	if override != nil {
		return []int{*override}
	}
	for _, i := range slices.Backward(f.view) {
		if !s.st.messages[i].public {
			return []int{i}
		}
	}
	return nil
}

// leave ends a frame and all that is active within it.
func (s *Session) leave(f *Frame, d *Left) {
	for _, slot := range slices.Clone(f.open) {
		s.cancelStep(f, slot)
	}
	s.cancelJudges(f)
	s.emit(Event{Pattern: f.path, Data: d})
	s.ask(f.parent)
}

// cancelStep ends what is active in a slot of a frame, without a result.
func (s *Session) cancelStep(f *Frame, slot int) {
	for _, t := range s.st.openTurns() {
		if t.frame == f && t.slot == slot {
			s.cancelTurn(t, &TurnFailed{Kind: providers.Canceled, Message: "the pattern does not wait for it", Skipped: true})
			return
		}
	}
	for _, g := range s.st.openFrames() {
		if g.parent == f && g.slot == slot {
			s.leave(g, &Left{Frame: g.id, Why: leftCancelled})
			return
		}
	}
}

// tolerates says whether a frame goes on when the step in a slot fails.
func (f *Frame) tolerates(slot int) bool {
	if p, ok := f.node.pattern.(tolerant); ok && p.tolerates(f, slot) {
		return true
	}
	return f.node.skip
}

// failFrame ends a frame that cannot go on, and those around it, up to one
// that passes over the failure or to the end of the session.
func (s *Session) failFrame(f *Frame, why Reason) {
	for {
		p := f.parent
		skip := p != nil && p.tolerates(f.slot)
		s.leave(f, &Left{Frame: f.id, Why: leftFailed, Reason: &why, Skipped: skip})
		if skip {
			return
		}
		if p == nil {
			s.end(Failed, why)
			return
		}
		f = p
	}
}

func reasonOf(err error) Reason {
	r := Reason{Stop: "error", Text: err.Error()}
	if e, ok := errors.AsType[*providers.Error](err); ok {
		r.ErrorKind = e.Kind
	}
	return r
}

// endByPattern ends the session because its pattern is done.
func (s *Session) endByPattern(left *Left) {
	name := s.t.root.name
	aim, _ := s.t.root.pattern.(aimed)
	switch {
	case left.Why == leftFailed && left.Reason != nil:
		s.end(Failed, *left.Reason)
	case left.Reason != nil && len(left.Reason.Conditions) > 0:
		s.end(left.Reason.Conditions[0].Outcome, *left.Reason)
	case left.Why == leftMaxIterations:
		s.exhaust(Reason{Stop: "pattern", Text: fmt.Sprintf("pattern_done: pattern.%s was not accepted within max_iterations", name)})
	case aim != nil && aim.missed(left.Why) != "":
		s.endMissed(aim, left.Why)
	case s.st.inputClosed && s.t.root.chats():
		s.end(Achieved, Reason{Stop: "input", Text: "the input ended"})
	case left.Why == leftDone:
		s.end(Achieved, Reason{Stop: "pattern", Text: fmt.Sprintf("pattern_done: pattern.%s is done", name)})
	default:
		s.end(Achieved, Reason{Stop: "pattern", Text: fmt.Sprintf("pattern_done: pattern.%s reached its %s", name, left.Why)})
	}
}
