package jetstream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// behindFor and behindCluster are how long a read waits for what a stream should
// have: a new leader of a cluster may still be taking it in.
const (
	behindFor     = time.Second
	behindCluster = 10 * time.Second
)

// errLeft says that the reader has left or was given an error.
var errLeft = errors.New("the reader has left")

// Read implements [engine.Journal]. A hole or a changed record ends it with
// [engine.ErrDamaged].
func (j *Journal) Read(ctx context.Context, session string, after uint64) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		r := reader{j: j, session: session, after: after, yield: yield}
		_ = r.all(ctx) // what is wrong was given
	}
}

// reader is where a reader of a session stands.
type reader struct {
	j       *Journal
	session string
	head    head    // the end of what was read
	last    *record // the last one, nil when none was read
	after   uint64  // the number behind which events are given
	yield   func(engine.Event, error) bool
	patient bool // a store that goes away behind the first record is no error
	away    bool // it was
}

// all reads to the end that the stream's leader knows. A session without events
// is not found.
func (r *reader) all(ctx context.Context) error {
	if err := checkSession(r.session); err != nil {
		return r.fail(err)
	}
	moved, patience := time.Now(), r.j.patience()
	for {
		before := r.head.last
		if err := r.some(ctx); err != nil {
			return err
		}
		known, _ := r.j.heads.of(r.session) // before the end is asked for: it may grow
		end, err := r.j.end(ctx, r.session)
		switch {
		case err != nil:
			return r.fail(err)
		case end.last <= r.head.last && known.last <= r.head.last:
			if r.head.last == 0 {
				return r.fail(engine.ErrNotFound)
			}
			return nil
		case end.last < known.last && end.last <= r.head.last && (r.j.embedded != nil || time.Since(moved) > patience):
			return r.fail(r.missing(known))
		case r.head.last > before:
			moved = time.Now()
			continue
		}
		found, err := r.next(ctx)
		switch {
		case err != nil:
			return err
		case found:
			moved = time.Now()
		case time.Since(moved) > patience:
			return r.fail(r.missing(end))
		default:
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// patience is how long what should be there is waited for.
func (j *Journal) patience() time.Duration {
	if j.embedded == nil {
		return behindCluster
	}
	return behindFor
}

// missing is the error of events up to an end that are not there.
func (r *reader) missing(end head) error {
	return fmt.Errorf("session %s: events %d to %d are missing: %w", r.session, r.head.last+1, end.last, engine.ErrDamaged)
}

// next asks the stream's leader for the next record, since who answered before
// may be behind.
func (r *reader) next(ctx context.Context) (found bool, err error) {
	m, err := r.j.next(ctx, streamOf(r.session), subject(r.session), r.head.stream+1)
	switch {
	case err != nil && unreadable(err):
		return false, nil
	case err != nil:
		return false, r.fail(r.j.readTrouble(ctx, streamOf(r.session), err))
	case m.stream == 0:
		return false, nil
	default:
		return true, r.take(ctx, &m)
	}
}

// some reads what the server that answers has.
func (r *reader) some(ctx context.Context) error {
	for {
		list, more, err := r.j.batch(ctx, streamOf(r.session), subject(r.session), r.head.stream+1)
		if err != nil {
			return r.fail(r.j.readTrouble(ctx, streamOf(r.session), err))
		}
		for i := range list {
			if err := r.take(ctx, &list[i]); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
	}
}

// take gives the events of the next record.
func (r *reader) take(ctx context.Context, m *stored) error {
	rec, err := decode(m.header, m.data, m.stream)
	if err == nil {
		err = rec.follows(r.head)
	}
	if err != nil {
		return r.fail(fmt.Errorf("session %s: %w", r.session, err))
	}
	if err := r.j.settle(ctx, streamOf(r.session), rec.stream); err != nil {
		return r.fail(r.j.readTrouble(ctx, streamOf(r.session), err))
	}
	r.head, r.last = rec.head, &rec
	return r.give(&rec)
}

// give yields a record's events above the reader's number.
func (r *reader) give(rec *record) error {
	if rec.last <= r.after {
		return nil
	}
	events, err := rec.events()
	if err != nil {
		return r.fail(err)
	}
	for _, e := range events {
		if e.Seq > r.after && !r.yield(e, nil) {
			return errLeft
		}
	}
	return nil
}

func (r *reader) fail(err error) error {
	if r.patient && r.head.last > 0 && errors.Is(err, engine.ErrJournal) {
		r.away = true
		return errLeft
	}
	r.yield(engine.Event{}, err)
	return errLeft
}

// readTrouble is the error of a stream that could not be read.
func (j *Journal) readTrouble(ctx context.Context, stream string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return j.trouble(stream, err)
}

// end is the last record of a session as its stream's leader knows it. It is
// whole, or the error is [engine.ErrDamaged].
func (j *Journal) end(ctx context.Context, session string) (head, error) {
	m, err := j.last(ctx, streamOf(session), subject(session))
	switch {
	case err != nil && (errors.Is(err, engine.ErrDamaged) || unreadable(err)):
		return head{}, fmt.Errorf("session %s: %w: %w", session, engine.ErrDamaged, err)
	case err != nil:
		return head{}, j.readTrouble(ctx, streamOf(session), err)
	case m.stream == 0:
		return head{}, nil
	}
	r, err := decode(m.header, m.data, m.stream)
	if err == nil {
		err = r.whole()
	}
	if err == nil && j.tails != nil {
		err = j.tails.whole(shardOf(session), &r)
	}
	if err != nil {
		return head{}, fmt.Errorf("session %s: %w", session, err)
	}
	return r.head, nil
}

// unreadable says whether a server found a message's own checksum wrong.
func unreadable(err error) bool {
	text := err.Error()
	return strings.Contains(text, "bad message") || strings.Contains(text, "corrupt")
}
