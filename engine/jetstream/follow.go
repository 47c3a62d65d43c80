package jetstream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/agentconnect-dev/agentconnect/engine"
)

const (
	// followQueue bounds the records that wait for one follower.
	followQueue = 256
	// lookEvery is how often a follower that hears nothing looks for itself.
	lookEvery = 5 * time.Second
)

var errLeft = errors.New("the reader has left")

// Follow implements [engine.Journal]: history first, then the records as the
// stream publishes them again; whatever does not fit is read from the stream.
func (j *Journal) Follow(ctx context.Context, session string, after uint64) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		live := make(chan *nats.Msg, followQueue)
		sub, err := j.nc.ChanSubscribe(fmt.Sprintf("live.%d.%s", shardOf(session), session), live)
		if err != nil {
			yield(engine.Event{}, err)
			return
		}
		defer func() { _ = sub.Unsubscribe() }() // the connection may be gone
		f := follower{j: j, session: session, after: after, yield: yield}
		if f.catchUp(ctx) != nil {
			return
		}
		look := time.NewTicker(lookEvery)
		defer look.Stop()
		for !f.over {
			select {
			case m := <-live:
				err = f.take(ctx, m)
			case <-look.C:
				err = f.catchUp(ctx)
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}
}

// follower is where a reader stands.
type follower struct {
	j       *Journal
	session string
	head    head
	after   uint64
	over    bool // the event that ends the session was given
	yield   func(engine.Event, error) bool
}

// catchUp reads what the stream has behind the follower.
func (f *follower) catchUp(ctx context.Context) error {
	h, last, ok := f.j.readFrom(ctx, f.session, f.head, f.after, f.give)
	f.head = h
	if ok && last != nil && last.last <= f.after { // all of it was known to the reader
		f.over = last.ends()
	}
	if over := f.over || ctx.Err() != nil; over { // the caller sees both
		return nil
	}
	switch {
	case !ok:
		return errLeft
	case h.last == 0:
		f.yield(engine.Event{}, engine.ErrNotFound)
		return errLeft
	default:
		return nil
	}
}

// take takes in a record that was published again, or reads the stream when it
// is not the next one.
func (f *follower) take(ctx context.Context, m *nats.Msg) error {
	r, err := decode(m.Header, m.Data, streamSequence(m))
	switch {
	case err == nil && r.last <= f.head.last: // known
		return nil
	case err != nil || r.follows(f.head) != nil || r.stream == 0: // not the next one, or not whole: the stream knows
		return f.catchUp(ctx)
	}
	f.head = r.head
	if !give(&r, f.after, f.give) && !f.over {
		return errLeft
	}
	return nil
}

func (f *follower) give(e engine.Event, err error) bool {
	if err == nil && e.Type() == engine.TypeEnded {
		f.over = true
	}
	return f.yield(e, err) && !f.over
}
