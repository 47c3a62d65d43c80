package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// lateness is how long after its moment the clock may be heard, when nothing
// came before it.
const lateness = 2 * time.Second

// maxAhead bounds how far a replay looks ahead for the cause of an event.
const maxAhead = 4096

// create begins the session as its first event says. What a fork was copied
// from is taken as it is.
func (r *replay) create(e *Event) {
	r.begin(newState(r.t, e.Session))
	d, ok := e.Data.(*Created)
	if !ok {
		return
	}
	r.s.now = e.Time
	if d.ForkedAt > 0 {
		r.copied(d.ForkedAt)
		return
	}
	o := StartOptions{Owner: d.Owner, Opening: d.Opening, Metadata: d.Metadata}
	for i := range d.History {
		said := r.peek(i + 1)
		if said == nil || said.Type() != TypeSaid {
			break
		}
		o.History = append(o.History, *said.Data.(*Said)) //nolint:forcetypeassert // its type was asked
	}
	for len(o.History) < d.History { // the rest was cut off, and will not be asked for
		o.History = append(o.History, Said{})
	}
	r.s.create(o)
	r.settle()
}

// copied takes in the part of a log that is another session's.
func (r *replay) copied(at uint64) {
	said := false
	for r.s.st.head <= at {
		e := r.peek(0)
		if e == nil {
			return
		}
		if err := r.s.st.take(e); err != nil {
			r.err = err
			panic(unwind{})
		}
		if d, ok := r.pop().Data.(*Forked); ok {
			said = d.Said
		}
	}
	r.s.now = r.s.st.last
	r.s.mend(r.saidFirst(said))
	r.settle()
}

// saidFirst is what a person said in a copy before anything went on in it; what
// stands before it is taken as it is when it was cut off.
func (r *replay) saidFirst(said bool) *Message {
	opens := r.s.st.opens() && r.t.Type != "human_agent" // the opening is from the person's side
	for i := 0; said; i++ {
		e := r.peek(i)
		if e == nil || e.Type() == TypeTakenOver || i == maxAhead {
			r.given(i)
		}
		switch d := personal(e.Data); {
		case d == nil:
		case opens:
			opens = false
		default:
			return new(d.message())
		}
	}
	return nil
}

// message is what a person said for it.
func (d *Said) message() Message {
	return Message{Sender: d.Sender, Content: d.Content, Receiver: d.Receiver, Metadata: d.Metadata, ClientID: d.ClientID}
}

// personal is the message that an event has of a person, or nil.
func personal(data Data) *Said {
	switch d := data.(type) {
	case *Said:
		if d.Role == "user" {
			return d
		}
	case *TurnFinished:
		if d.Held != nil && d.Held.Role == "user" {
			return d.Held
		}
	}
	return nil
}

// comes says whether an event is the first sign of something that came from
// outside while the session did not decide anything.
func (e *Event) comes() bool {
	switch d := e.Data.(type) {
	case *ModelAnswered, *ModelFailed, *ToolFinished, *ToolFailed, *ApprovalGiven, *ApprovalDenied, *Resumed, *StopAsked, *InputClosed, *Recovered:
		return true
	case *TurnFailed:
		return d.Redo || d.Kind == providers.TimedOut
	case *Ended:
		return d.Outcome == Cancelled || d.Outcome == Expired || d.Outcome == Blocked
	case *Paused:
		return d.Reason == nil
	case *Said:
		return d.Role == "user"
	case *TurnFinished:
		return d.Held != nil
	default:
		return false
	}
}

// comes says whether an event comes from outside; what a pattern gives to the
// calls of its own tools does not.
func (r *replay) comes(e *Event) bool {
	if t := r.s.st.turns[e.Turn]; t != nil {
		switch d := e.Data.(type) {
		case *ToolFinished:
			return !t.given(d.Tool) && !t.asksBy(d.CallID)
		case *ToolFailed:
			return !t.given(d.Tool) && !t.asksBy(d.CallID)
		}
	}
	return e.comes()
}

// givenUp says that the session itself ended the call.
func (d *ModelFailed) givenUp() bool {
	return d.Kind == providers.Canceled && (d.Unmade || d.Message == canceledRunning)
}

// input does what led to an event.
//
//nolint:cyclop // one case for each kind of input
func (r *replay) input(e *Event) {
	s := r.s
	switch d := e.Data.(type) {
	case *TakenOver:
		s.st.changed |= r.t.reads
		r.deferred = nil
		r.begin(s.st)
		r.s.now = e.Time
		r.s.takeOver()
	case *Said:
		r.said(e, d)
	case *TurnFinished:
		r.held(e, d)
	case *ModelAnswered:
		r.answered(e, d)
	case *ModelFailed:
		if d.givenUp() {
			r.cancelled(e)
		} else {
			r.failed(e, d)
		}
	case *ToolFinished:
		r.tool(e, d.CallID)
	case *ToolFailed:
		r.tool(e, d.CallID)
	case *ApprovalGiven:
		_ = r.s.decide(d.CallID, d.By, true, "") // one that nobody waits for is not explained
	case *ApprovalDenied:
		_ = r.s.decide(d.CallID, d.By, false, d.Why)
	case *TurnFailed:
		r.cancelled(e)
	case *Ended:
		r.ended(e, d)
	case *Paused:
		if d.Reason == nil {
			s.emit(Event{Data: &Paused{By: d.By}})
		}
	case *Resumed:
		s.resumed(d.By)
	case *StopAsked:
		s.emit(Event{Data: &StopAsked{By: d.By}})
	case *InputClosed:
		s.closeInput()
	default:
		r.clock(e)
	}
}

// said says what a person said.
func (r *replay) said(e *Event, d *Said) {
	if e.Turn != 0 {
		if t := r.s.st.turns[e.Turn]; t != nil && t.human != nil {
			said := *d
			said.Frame, said.Structured = 0, false
			r.s.finishTurn(t, &said)
		}
		return
	}
	a := r.s.say(d.message())
	if a.err != nil {
		r.differ(e, nil, "in the log "+e.tell()+"; by this template the message is not taken: "+a.err.Error())
	}
}

// held is the answer of a person that its pattern holds back.
func (r *replay) held(e *Event, d *TurnFinished) {
	if t := r.s.st.turns[e.Turn]; t != nil && t.human != nil && d.Held != nil {
		said := *d.Held
		said.Frame = 0
		r.s.finishTurn(t, &said)
	}
}

// open is the turn whose call an event answers, or nil.
func (r *replay) open(e *Event, call int) *turn {
	if t := r.s.st.turns[e.Turn]; t != nil && t.call == call && call != 0 {
		return t
	}
	return nil
}

func (r *replay) answered(e *Event, d *ModelAnswered) {
	t := r.open(e, d.Call)
	if t == nil {
		return
	}
	p := &reply{
		call: &call{turn: t.n, n: t.call, link: t.model()}, text: d.Text, tools: slices.Clone(d.ToolCalls), finish: d.Finish,
		usage: e.Usage, mark: d.Mark, took: time.Duration(d.Milliseconds) * time.Millisecond,
	}
	after := r.peek(1)
	if lost := after == nil || after.Type() == TypeTakenOver; lost && d.Text == "" && len(d.ToolCalls) == 0 {
		r.given(1) // its message was cut off
	}
	if d.Text == noAnswer && len(d.ToolCalls) == 0 && t.agent != nil && r.s.st.form(t).check == nil {
		p.text = "" // it would have been taken
	}
	if after != nil && after.Turn == e.Turn {
		p.fill(after)
		if d, ok := after.Data.(*TurnFinished); ok && d.Decision != nil {
			p.text = r.s.st.form(t).answerText(d.Decision)
		}
	}
	p.apply(r.s)
}

// fill adds what the log has of a reply only in the event behind it.
func (p *reply) fill(after *Event) {
	switch d := after.Data.(type) {
	case *Said:
		p.text, p.simulated = d.Content, d.Simulated
	case *TurnFinished:
		if d.Held != nil {
			p.text, p.simulated = d.Held.Content, d.Held.Simulated
		}
	case *Summarized:
		p.text = d.Text
	case *ModelRetried:
		if p.text == noAnswer && d.Message == emptyAnswer {
			p.text = ""
		}
	case *TurnFailed:
		if p.text == noAnswer && strings.HasSuffix(d.Message, emptyAnswer) {
			p.text = ""
		}
	}
}

func (r *replay) failed(e *Event, d *ModelFailed) {
	t := r.open(e, d.Call)
	if t == nil {
		return
	}
	err := &logged{text: d.Message, err: &providers.Error{Kind: d.Kind, Mark: d.Mark, RetryAfter: d.RetryAfter}}
	if e.Usage != nil {
		err.err.Usage = *e.Usage
	}
	p := &reply{call: &call{turn: t.n, n: t.call, link: t.model()}, err: err}
	p.apply(r.s)
}

// logged is a failure as the log tells it.
type logged struct {
	text string
	err  *providers.Error
}

func (l *logged) Error() string { return l.text }

func (l *logged) Unwrap() error { return l.err }

// tool gives a turn what its tool gave.
func (r *replay) tool(e *Event, id string) {
	t := r.s.st.turns[e.Turn]
	if t == nil || !slices.ContainsFunc(t.running(), func(p *toolRun) bool { return p.call.ID == id }) {
		return
	}
	r.s.emit(t.event(e.Data))
	r.s.afterTools(t)
}

// drop books a call that the session gives up as the log has it: what it used
// until then nobody can tell again.
func (r *replay) drop(s *Session, t *turn) {
	if t.call == 0 {
		return
	}
	d := &ModelFailed{
		Call: t.call, Provider: t.model().entry.Settings.Name, Kind: providers.Canceled, Message: canceledBefore, Cost: new(float64), Unmade: true,
	}
	e := t.event(d)
	if want := r.peek(0); want != nil {
		if w, ok := want.Data.(*ModelFailed); ok && w.Call == t.call && w.givenUp() && !w.Unmade && want.Usage != nil {
			d.Message, d.Unmade, d.Cost = canceledRunning, false, t.model().cost(*want.Usage)
			e.Usage, e.Cause = want.Usage, t.callSeq
		}
	}
	s.emit(e)
}

// cancelled does what ended a turn from outside: a person, or the clock.
func (r *replay) cancelled(e *Event) {
	for i := range maxAhead {
		after := r.peek(i)
		if after == nil || after.Type() == TypeTakenOver {
			r.given(i)
			return
		}
		switch d := after.Data.(type) {
		case *ModelFailed:
			if d.givenUp() {
				continue
			}
		case *TurnFailed:
			if d.Redo {
				r.interrupted(i)
				return
			}
			if d.Kind == providers.Canceled && d.Skipped {
				continue
			}
		case *Ended:
			r.ended(e, d)
			return
		}
		break
	}
	r.clock(e)
}

// interrupted finds the message for which agents were interrupted.
func (r *replay) interrupted(i int) {
	for ; i < maxAhead; i++ {
		after := r.peek(i)
		if after == nil || after.Type() == TypeTakenOver {
			r.given(i)
			return
		}
		if d, ok := after.Data.(*Said); ok {
			r.said(after, d)
			return
		}
	}
}

// given takes in events whose cause was cut off.
func (r *replay) given(n int) {
	for range n {
		if err := r.s.st.take(r.peek(0)); err != nil {
			r.err = err
			break
		}
		r.pop()
	}
	panic(unwind{})
}

// ended ends the session where a person or the clock did.
func (r *replay) ended(e *Event, d *Ended) {
	p := r.s.st.pauseReason
	switch {
	case d.Outcome == Cancelled && d.Reason.Stop == "person":
		by := strings.TrimPrefix(d.Reason.Text, "stopped by ")
		if by == "a person" {
			by = ""
		}
		r.s.stopped(by)
	case d.Outcome == Blocked && r.s.st.paused && p != nil && strings.HasPrefix(d.Reason.Text, p.Text+"; "):
		r.s.blocked(strings.TrimPrefix(d.Reason.Text, p.Text+"; "))
	case d.Outcome == Blocked && d.Reason.Stop == "person":
		r.s.blocked(d.Reason.Text)
	default:
		r.clock(e)
	}
}
