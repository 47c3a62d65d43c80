package engine

import (
	"context"
	"iter"
)

// Journal keeps the events of sessions. It is safe for concurrent use; appends
// to one session come from one goroutine at a time.
type Journal interface {
	// Append stores events with the numbers expect+1, expect+2, …. It returns
	// [ErrConflict] when the session's last number is not expect; after any
	// other error the events may or may not be stored. When it returns nil
	// they are. The slice is not kept; what its events point at is, and must
	// not be changed afterwards.
	Append(ctx context.Context, session string, expect uint64, events []Event) error
	// Read gives the events after a number, up to the last one stored.
	Read(ctx context.Context, session string, after uint64) iter.Seq2[Event, error]
	// Follow is Read that goes on with events as they are stored, until the
	// context ends (which is not an error) or after the event that ends the
	// session. A slow reader delays nobody and misses nothing.
	Follow(ctx context.Context, session string, after uint64) iter.Seq2[Event, error]
}
