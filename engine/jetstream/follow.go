package jetstream

import (
	"context"
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

// Follow implements [engine.Journal]: history first, then the records as the
// stream publishes them again; whatever does not fit is read from the stream.
// It waits while the store is away.
func (j *Journal) Follow(ctx context.Context, session string, after uint64) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		if err := checkSession(session); err != nil {
			yield(engine.Event{}, err)
			return
		}
		live := make(chan *nats.Msg, followQueue)
		sub, err := j.events.nc.ChanSubscribe(liveSubject(shardOf(session), session), live)
		if err != nil {
			yield(engine.Event{}, err)
			return
		}
		defer func() { _ = sub.Unsubscribe() }() // the connection may be gone
		f := follower{}
		f.reader = reader{j: j, session: session, after: after, yield: func(e engine.Event, err error) bool {
			if err != nil && ctx.Err() != nil { // its end is no error
				return false
			}
			f.over = f.over || err == nil && e.Type() == engine.TypeEnded
			return yield(e, err) && !f.over
		}}
		if f.begin(ctx) == nil {
			f.live(ctx, live)
		}
	}
}

// follower is a reader that goes on.
type follower struct {
	reader
	over bool // the event that ends the session was given
}

// begin gives what is there. Once the session is known to exist, a store that
// goes away meanwhile is no error either: what is missing is read when it is back.
func (f *follower) begin(ctx context.Context) error {
	f.patient = true
	return f.reach(ctx)
}

// reach reads to the end that the store has, or as far as it gets before the
// store goes away.
func (f *follower) reach(ctx context.Context) error {
	if err := f.all(ctx); err != nil {
		if !f.away {
			return err
		}
		f.away = false
		return nil
	}
	if f.last.last <= f.after { // all of it was known to the reader
		f.over = f.last.ends()
	}
	return nil
}

func (f *follower) live(ctx context.Context, records <-chan *nats.Msg) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for !f.over {
		var err error
		select {
		case m := <-records:
			err = f.hear(ctx, m)
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

// hear takes in a record that was published again, or reads the stream when it
// is not the next one.
func (f *follower) hear(ctx context.Context, m *nats.Msg) error {
	r, err := decode(m.Header, m.Data, streamSequence(m))
	switch {
	case err == nil && r.last <= f.head.last: // known
		return nil
	case err != nil || r.follows(f.head) != nil || r.stream == 0: // not the next one, or not whole: the stream knows
		return f.catchUp(ctx)
	case f.j.settle(ctx, streamOf(f.session), r.stream) != nil: // it is published before it is on disk
		return f.catchUp(ctx)
	default:
		f.head, f.last = r.head, &r
		return f.give(&r)
	}
}

// catchUp reads what the stream has behind the follower; while the store is
// away there is nothing.
func (f *follower) catchUp(ctx context.Context) error {
	if f.j.Err() != nil {
		return nil //nolint:nilerr // it is read once the store is back
	}
	return f.reach(ctx)
}
