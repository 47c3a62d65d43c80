package engine

import (
	"context"
	"fmt"
)

// ForkOptions say what a copy of a session is.
type ForkOptions struct {
	// At is the last event that is taken over; 0 is the end.
	At uint64
	// ID is the copy's id, made when empty.
	ID string
	// Owner is who the copy belongs to.
	Owner string
	// Metadata replaces the original's when not nil.
	Metadata map[string]any
}

// Fork makes a copy of a session up to an event and goes on with it. The
// original stays as it is.
func (e *Engine) Fork(ctx context.Context, t *Template, from string, o ForkOptions) (*Session, error) {
	if o.ID == "" {
		o.ID = NewID("session_")
	}
	var copied []Event
	for ev, err := range e.cfg.Journal.Read(ctx, from, 0) {
		if err != nil {
			return nil, fmt.Errorf("session %s: %w", from, err)
		}
		if ev.Type() == TypeEnded || o.At > 0 && ev.Seq > o.At {
			break
		}
		ev.Session = o.ID
		if c, ok := ev.Data.(*Created); ok {
			again := *c
			again.Hash, again.Owner = t.Hash, o.Owner
			ev.Data = &again
		}
		copied = append(copied, ev)
	}
	if len(copied) == 0 {
		return nil, ErrNotFound
	}
	if err := e.cfg.Journal.Append(ctx, o.ID, 0, copied); err != nil {
		return nil, err
	}
	return e.Resume(ctx, t, o.ID)
}
