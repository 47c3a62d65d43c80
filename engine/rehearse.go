package engine

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// RehearseOptions say what happens to a session from outside while it is
// rehearsed, and bound it.
type RehearseOptions struct {
	// Start is what the session is started with. Its ID is rehearsal when empty;
	// how far apart retries are depends on it.
	Start StartOptions
	// Begin is when the session begins; zero is 2000-01-01 00:00:00 UTC.
	Begin time.Time
	// Acts are what persons do.
	Acts []Act
	// Decide, if set, decides about a tool call that a person must allow; ok is
	// false when nobody does. The event's data is an [ApprovalAsked]. It is asked
	// once for each call.
	Decide func(Event) (d Decision, ok bool)
	// Stay says that persons who have done all their acts are there and silent:
	// what is waited for them comes to its time-out. Without it they are gone,
	// and the session is told so when it waits for them, as `run` does at the end
	// of its input: the input closes, calls that they must allow are refused, and
	// a pause ends the session blocked.
	Stay bool
	// Events bounds the log; 0 is 100,000.
	Events int
	// Within bounds the time that passes for the session; 0 is ten years.
	Within time.Duration
}

// Act is something that a person does, once. With At or After it comes at that
// moment, whatever the session is doing. Otherwise it comes when the session
// waits for it: a message when its sender's turn has come, or when a chat waits
// for somebody, and a resume when the session is paused; of those for which it
// waits the first comes.
type Act struct {
	// Do is what is done; empty is [DoSay].
	Do string
	// At is how long after the session's creation; 0 is no moment.
	At time.Duration
	// After is how many messages have been said by then; 0 is no moment.
	After int
	// Message is what is said; its sender is who does it.
	Message Message
}

// What persons do beside what a [Choice] has.
const (
	DoPause     = "pause"      // nothing new starts
	DoStop      = "stop"       // the session ends, cancelled
	DoStopAfter = "stop_after" // likewise, once the open turns are finished
)

// Decision is about a tool call that a person must allow.
type Decision struct {
	Allow bool
	// By is who decides; Why is told to the model when it is refused.
	By, Why string
	// After is how long the person thinks about it.
	After time.Duration
}

// Rehearsal is how a session went.
type Rehearsal struct {
	// Events are its log.
	Events []Event
	// Ended is its end; nil when it did not come to one, and Unfinished then says
	// what it waits for, or which bound it has reached.
	Ended      *Ended
	Unfinished string
	// Took is how long it lasted, by its own clock.
	Took time.Duration
	// Info is what it looks like at the end.
	Info Info
	// Env is what conditions read at the end.
	Env *specs.Env
	// Undone are the acts, by their places in Acts, that never came.
	Undone []int
	// Refused are the acts that the session did not take: an agent was at work,
	// or nobody of that name takes part.
	Refused []Refused
}

// Refused is an act that a session did not take.
type Refused struct {
	Act int // its place in Acts
	Err error
}

const (
	rehearsalID     = "rehearsal"
	rehearseEvents  = 100_000
	rehearseWithin  = 10 * 365 * 24 * time.Hour
	rehearseMoments = 1_000_000 // at which something happens
)

// Rehearse runs a session of a template to its end, at once and by a clock of
// its own. It is the session's own code that runs; models and tools are really
// called. What they wait by [providers.Sleep], as scripted models do, passes on
// that clock and takes no time: answers come when they are due, and so do
// time-outs, retries, cool-downs and all else that waits. Whatever else they
// take does not count.
//
// Everything happens in the caller's goroutine, one thing after the other. The
// same template, options and answers give the same log, times included. Where
// several things are due at the same moment the clock comes first, then what was
// begun first.
//
// The error is that of the options or of ctx, or tells of a mistake of the engine.
// A session that does not end is none.
func Rehearse(ctx context.Context, t *Template, o RehearseOptions) (r *Rehearsal, err error) {
	o.Start.ID = cmp.Or(o.Start.ID, rehearsalID)
	o.Events, o.Within = cmp.Or(o.Events, rehearseEvents), cmp.Or(o.Within, rehearseWithin)
	if o.Begin.IsZero() {
		o.Begin = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if o.Start.Opening == "" && len(o.Start.History) == 0 {
		o.Start.Opening = t.spec.Opening
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	life, cancel := context.WithCancelCause(ctx)
	defer cancel(ErrEnded)
	g := newStage(life, cancel, t, o)
	defer func() {
		if p := recover(); p != nil {
			r, err = nil, fmt.Errorf("session %s: internal error after event %d: %v", o.Start.ID, g.s.st.head, p)
		}
	}()
	g.start()                       //nolint:contextcheck // it has it
	if err := g.run(); err != nil { //nolint:contextcheck // likewise
		return nil, err
	}
	return g.result(), nil
}
