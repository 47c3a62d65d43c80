package engine

import (
	"context"
	"fmt"
	"iter"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Divergence is the first place at which a log is not what its template gives.
type Divergence struct {
	// Seq is the number of the event.
	Seq uint64 `json:"seq"`
	// Want is the event of the log; Got is what the template gives instead, nil
	// when it gives nothing.
	Want *Event `json:"want,omitempty"`
	Got  *Event `json:"got,omitempty"`
	// Text says it for a person.
	Text string `json:"text"`
}

// Replay runs a session again from its log, without any model, tool, clock or
// source of ids. What came from outside is taken from the log: answers,
// failures, results of tools, what persons said and asked for, and the time.
// All else is decided again by the template and compared, event by event; the
// first difference is returned, nil when there is none.
//
// A log may stop anywhere: what would follow behind its last event is not
// compared. With a template of another scenario the first event is compared by
// the type of the session alone. What a forked session was copied from is not
// decided again.
func Replay(ctx context.Context, t *Template, log iter.Seq2[Event, error]) (*Divergence, error) {
	next, stop := iter.Pull2(log)
	defer stop()
	r := &replay{t: t, pull: next}
	for {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		e := r.peek(0)
		if r.err != nil {
			return nil, r.err
		}
		if e == nil {
			break
		}
		if err := r.step(e); err != nil {
			return nil, err
		}
		if r.diverged != nil {
			return r.diverged, nil
		}
	}
	if r.s == nil {
		return nil, ErrNotFound
	}
	return nil, nil //nolint:nilnil // there is no difference
}

// replay feeds a session from its log.
type replay struct {
	t     *Template
	s     *Session
	pull  func() (Event, error, bool)
	ahead []Event // read and not taken yet
	read  uint64  // the number of the last one
	err   error   // of the log
	ticks bool    // the clock's conditions are looked at now

	// diverged is the difference; deferred is one that may yet turn out to be
	// none: a process that was about to end let what was in flight finish, and
	// left the next decision to its successor.
	diverged, deferred *Divergence
}

// unwind leaves what the session is doing, back to the next step. It is thrown
// by emit, which has no other way out of the middle of a decision.
type unwind struct{}

// peek gives the i-th event that was not taken yet, nil when the log ends
// before it.
func (r *replay) peek(i int) *Event {
	for len(r.ahead) <= i && r.err == nil {
		e, err, ok := r.pull()
		if !ok {
			return nil
		}
		if err != nil {
			r.err = err
			return nil
		}
		if r.read++; e.Seq != r.read {
			r.err = fmt.Errorf("session %s: event %d is missing: %w", e.Session, r.read, ErrDamaged)
			return nil
		}
		r.ahead = append(r.ahead, e)
	}
	if len(r.ahead) <= i {
		return nil
	}
	return &r.ahead[i]
}

// pop takes the next event.
func (r *replay) pop() Event {
	e := r.ahead[0]
	r.ahead = r.ahead[1:]
	return e
}

// begin makes the session that decides; anew where a log was taken over.
func (r *replay) begin(st *State) {
	r.s = &Session{id: st.session, t: r.t, st: st, replay: r, models: map[string]providers.Model{}}
}

// step takes in the next thing that came from outside and what follows from it.
func (r *replay) step(e *Event) error {
	seq, drained := e.Seq, r.s != nil && r.s.drains
	switch {
	case r.s == nil:
		if err := r.contain(e, func() { r.create(e) }); err != nil || r.diverged != nil {
			return err
		}
	case r.s.st.ended != nil:
		r.differ(e, nil, "the session has ended, but the log goes on: "+e.tell())
		return nil
	default:
		if err := r.contain(e, func() { r.feed(e) }); err != nil || r.diverged != nil {
			return err
		}
	}
	switch moved := r.s.st.head >= seq; {
	case moved && !r.s.drains:
		r.deferred = nil
	case !moved && r.s.drains == drained:
		r.unexplained(e)
	}
	return nil
}

// contain runs the session's own code up to where it unwinds.
func (r *replay) contain(e *Event, do func()) (err error) {
	seq, session := e.Seq, e.Session
	defer func() {
		p := recover()
		if _, ok := p.(unwind); p == nil || ok {
			return
		}
		err = fmt.Errorf("session %s: event %d cannot be replayed: %v: %w", session, seq, p, ErrDamaged)
	}()
	do()
	return nil
}

// feed gives the session an event's cause.
func (r *replay) feed(e *Event) {
	if r.s.drains && (!r.comes(e) || r.wakes(e)) {
		r.s.drains = false
		if r.due(e) { // it was woken for that, perhaps
			r.s.now = e.Time
			alarm{}.apply(r.s)
		}
		r.s.askAll()
		r.settle()
		if r.s.st.head >= e.Seq {
			return
		}
	}
	r.elapsed(e)
	r.s.now = e.Time
	r.input(e)
	r.settle()
}

// due says whether an event may be what the clock had to do at its time.
func (r *replay) due(e *Event) bool {
	at := r.s.nextDue()
	return e.timed() && !at.IsZero() && !at.After(e.Time)
}

// wakes says whether an agent that need not wait any more goes on at once, as
// it does not while its process is about to end.
func (r *replay) wakes(e *Event) bool {
	after := r.peek(1)
	return e.Type() == TypeRecovered && after != nil && after.Type() == TypeModelCalled && after.Turn == e.Turn
}

// settle lets the patterns decide.
func (r *replay) settle() {
	r.s.advance()
	r.s.starts, r.s.tools = r.s.starts[:0], r.s.tools[:0]
}

// emit compares what the session gives with the log and folds it.
func (r *replay) emit(s *Session, e Event) {
	want := r.peek(0)
	if want == nil || want.Type() == TypeTakenOver && e.Type() != TypeTakenOver {
		panic(unwind{}) // the log was cut here
	}
	e.Seq, e.Time, e.Session = s.st.head+1, want.Time, s.id
	if !same(r.t, want, &e) {
		r.mismatch(want, e)
		panic(unwind{})
	}
	got := r.pop()
	s.now = got.Time
	s.st.fold(&got)
}

// mismatch notes a difference, or puts off what the session decides here.
func (r *replay) mismatch(want *Event, got Event) {
	text := fmt.Sprintf("in the log %s; by this template %s", want.tell(), got.tell())
	if want.Type() == got.Type() {
		text += difference(want, &got)
	}
	if !r.s.drains && (r.comes(want) || r.due(want)) {
		r.s.drains = true
		if r.deferred == nil {
			r.deferred = divergence(want, &got, text)
		}
		return
	}
	r.differ(want, &got, text)
}

// differ ends the replay with a difference.
func (r *replay) differ(want, got *Event, text string) {
	if r.diverged = r.deferred; r.diverged == nil {
		r.diverged = divergence(want, got, text)
	}
}

func divergence(want, got *Event, text string) *Divergence {
	w := *want
	return &Divergence{Seq: w.Seq, Want: &w, Got: got, Text: fmt.Sprintf("event %d: %s", w.Seq, text)}
}

// unexplained is an event for which the template has no cause.
func (r *replay) unexplained(e *Event) {
	r.differ(e, nil, fmt.Sprintf("in the log %s; by this template nothing happens here: %s", e.tell(), r.s.st.waiting(noted{})))
}
