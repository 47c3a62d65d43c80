package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// ForkOptions say what a copy of a session is.
type ForkOptions struct {
	// At is the last event that is taken over; 0, or one behind the end, is the
	// end. Of an ended session that is the point before what ended it.
	At uint64
	// ID is the copy's id, made when empty.
	ID string
	// Owner is who the copy belongs to.
	Owner string
	// Metadata replaces the original's when not nil.
	Metadata map[string]any
	// Say is what a person says in the copy before anything goes on in it, or
	// nil. Whatever the session's on_busy is, nobody is at work yet.
	Say *Message
}

// copyBytes bounds what is copied with one append, in bytes of JSON; a single
// event may be larger.
const copyBytes = 256 << 10

// Fork makes a copy of a session up to an event, under an id of its own, and
// goes on with it by a template that may be another one: with other values of
// variables, models, limits or stops. The original is only read. The
// participants and patterns that have been active must be the template's too;
// otherwise the error wraps [ErrTemplate] and says what is not. The time between
// the last event that is copied and now counts for no limit of the copy.
func (e *Engine) Fork(ctx context.Context, t *Template, from string, o ForkOptions) (*Session, error) {
	if o.ID == "" {
		o.ID = NewID("session_")
	}
	if o.ID == from {
		return nil, fmt.Errorf("session %s: a copy needs an id of its own: %w", from, ErrConflict)
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	log, err := e.copyOf(ctx, from, o.At)
	if err != nil {
		return nil, err
	}
	forked := &Forked{From: from, At: uint64(len(log)), Said: o.Say != nil}
	first := log[0].Data.(*Created) //nolint:forcetypeassert // copyOf saw to it
	forked.Changed = first.changes(t)
	log[0].Data = first.forked(t, forked, &o)
	st := newState(t, o.ID)
	for i := range log {
		log[i].Session = o.ID
		if err := st.take(&log[i]); err != nil {
			return nil, fmt.Errorf("session %s cannot be forked: %w", from, err)
		}
	}
	if o.Say != nil {
		if err := st.mayJoin(*o.Say); err != nil {
			return nil, err
		}
	}
	if err := e.store(ctx, o.ID, log); err != nil {
		return nil, err
	}
	return e.goOn(ctx, st, func(s *Session) {
		s.emit(Event{Data: forked})
		s.mend(o.Say)
	})
}

// check refuses what cannot be put into a copy.
func (o *ForkOptions) check() error {
	if o.Say != nil {
		m := *o.Say // the caller's stays as it is
		if m.Sender == "" {
			m.Sender = userName
		}
		if err := m.check(); err != nil {
			return err
		}
		o.Say = &m
	}
	return checkMetadata(o.Metadata)
}

// copyOf reads a log up to an event.
func (e *Engine) copyOf(ctx context.Context, from string, at uint64) ([]Event, error) {
	var log []Event
	for ev, err := range e.cfg.Journal.Read(ctx, from, 0) {
		if err != nil {
			return nil, fmt.Errorf("session %s: %w", from, err)
		}
		if ev.Seq != uint64(len(log))+1 {
			return nil, fmt.Errorf("session %s: event %d is missing: %w", from, len(log)+1, ErrDamaged)
		}
		log = append(log, ev)
		if ev.Seq == at && ev.Type() != TypeEnded {
			break
		}
	}
	if len(log) == 0 {
		return nil, fmt.Errorf("session %s: %w", from, ErrNotFound)
	}
	if log[0].Type() != TypeCreated {
		return nil, fmt.Errorf("session %s: it does not begin with %s: %w", from, TypeCreated, ErrDamaged)
	}
	return log[:beforeEnd(log)], nil
}

// beforeEnd is how much of a log stands before what ended it: the decision to
// end, the turns that were cut short for it, and the finalizing turn.
func beforeEnd(log []Event) int {
	n := len(log)
	if log[n-1].Type() != TypeEnded {
		return n
	}
	for n--; n > 1 && endsSession(log[:n]); n-- {
	}
	return n
}

// endsSession says whether the last event of a log belongs to the end that
// follows it.
func endsSession(log []Event) bool {
	switch d := log[len(log)-1].Data.(type) {
	case *Left, *Finalizing, *InputClosed:
		return true
	case *StopFired:
		return d.Action != actionPause
	case *TurnFailed:
		return !d.Redo && (!d.Skipped || d.Message == sessionEnds || d.Message == sessionFinalizes)
	case *ModelFailed:
		return d.givenUp()
	default:
		return final(log)
	}
}

// final says whether the last event of a log belongs to the finalizing turn.
func final(log []Event) bool {
	turn := log[len(log)-1].Turn
	if turn == 0 {
		return false
	}
	for i := range slices.Backward(log) {
		if d, ok := log[i].Data.(*TurnStarted); ok && log[i].Turn == turn {
			return d.Final
		}
	}
	return false
}

// forked is the first event of a copy.
func (c *Created) forked(t *Template, f *Forked, o *ForkOptions) *Created {
	again := *c
	again.Template, again.Hash, again.Owner = t.Name, t.Hash, o.Owner
	again.Variables, again.Participants = t.variables, t.Participants
	again.ForkedFrom, again.ForkedAt = f.From, f.At
	if o.Metadata != nil {
		again.Metadata = o.Metadata
	}
	return &again
}

// changes says what a template has that a session was not created from.
func (c *Created) changes(t *Template) []string {
	var list []string
	if c.Template != t.Name {
		list = append(list, fmt.Sprintf("session %q instead of %q", t.Name, c.Template))
	}
	names := slices.Collect(maps.Keys(c.Variables))
	for name := range t.variables {
		if _, ok := c.Variables[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if !sameJSON(c.Variables[name], t.variables[name]) {
			list = append(list, "variable "+name)
		}
	}
	for _, p := range t.Participants {
		i := slices.IndexFunc(c.Participants, func(old Participant) bool { return old.Name == p.Name })
		switch {
		case i < 0:
			list = append(list, p.Kind+" "+p.Name+" is new")
		case c.Participants[i].Provider != p.Provider || c.Participants[i].Model != p.Model:
			old := c.Participants[i]
			list = append(list, fmt.Sprintf("agent %s: model %s of %s instead of %s of %s", p.Name, p.Model, p.Provider, old.Model, old.Provider))
		}
	}
	if len(list) == 0 && c.Hash != t.Hash {
		list = append(list, "scenario")
	}
	return list
}

func sameJSON(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	if json.Compact(&x, a) != nil || json.Compact(&y, b) != nil {
		return bytes.Equal(a, b)
	}
	return bytes.Equal(x.Bytes(), y.Bytes())
}

// store appends a log that was copied, in pieces. When that fails what is there
// of it is removed, where the journal can.
func (e *Engine) store(ctx context.Context, id string, log []Event) error {
	from, size := 0, 0
	for i := range log {
		b, err := json.Marshal(log[i])
		if err != nil {
			return fmt.Errorf("session %s: event %d: %w", id, i+1, err)
		}
		if size += len(b); i > from && size > copyBytes {
			if err := e.storePiece(ctx, id, log, from, i); err != nil {
				return err
			}
			from, size = i, len(b)
		}
	}
	return e.storePiece(ctx, id, log, from, len(log))
}

func (e *Engine) storePiece(ctx context.Context, id string, log []Event, from, to int) error {
	err := e.cfg.Journal.Append(ctx, id, uint64(from), log[from:to])
	if err == nil {
		return nil
	}
	if store, ok := e.cfg.Journal.(Store); ok && from > 0 {
		_ = store.Delete(context.WithoutCancel(ctx), id) // what is left of it cannot be resumed
	}
	return unstored(id, err)
}
