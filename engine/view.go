package engine

import (
	"context"
	"iter"
	"slices"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// View is what conditions see of a session behind one of its events.
type View struct {
	// Event is the event.
	Event Event
	// Env has as here the view of the pattern that was asked for; it is empty
	// while that is not active.
	Env specs.Env
	// Active are the names of the patterns that are active, outer ones first.
	Active []string
}

// ViewOf folds the log of a session up to the event with a number; 0 and
// numbers behind the end are the last one. The pattern is that of here; empty
// is the one of the session.
func ViewOf(ctx context.Context, t *Template, log iter.Seq2[Event, error], at uint64, pattern string) (View, error) {
	var v View
	st, err := foldLog(ctx, t, log, func(_ *State, e *Event) bool {
		if at > 0 && e.Seq > at {
			return false
		}
		v.Event = *e
		return true
	})
	if err != nil {
		return View{}, err
	}
	frame := st.frameCalled(pattern)
	v.Env = *st.envAt(frame)
	for _, f := range st.openFrames() {
		if !slices.Contains(v.Active, f.node.name) {
			v.Active = append(v.Active, f.node.name)
		}
	}
	return v, nil
}

// frameCalled is the innermost activation of a pattern, or nil.
func (st *State) frameCalled(pattern string) *Frame {
	open := st.openFrames()
	for _, f := range slices.Backward(open) {
		if f.node.name == pattern || pattern == "" && f.parent == nil {
			return f
		}
	}
	return nil
}
