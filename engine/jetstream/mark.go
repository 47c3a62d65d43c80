package jetstream

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Mark implements [engine.Marker].
func (j *Journal) Mark(ctx context.Context, session string) (engine.Mark, error) {
	if err := checkSession(session); err != nil {
		return engine.Mark{}, err
	}
	h, err := j.head(ctx, session)
	if err != nil {
		return engine.Mark{}, err
	}
	if h.last == 0 {
		return engine.Mark{}, engine.ErrNotFound
	}
	return engine.Mark{Seq: h.last, Place: strconv.FormatUint(h.stream, 10) + "." + h.sum}, nil
}

// ReadFrom implements [engine.Marker]. A mark whose place is another one now, as
// after a restore, is found again by reading what is before it.
func (j *Journal) ReadFrom(ctx context.Context, session string, m engine.Mark) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		r := reader{j: j, session: session, after: m.Seq, yield: yield}
		if err := checkSession(session); err != nil {
			yield(engine.Event{}, err)
			return
		}
		at, err := j.place(ctx, session, m)
		if err != nil {
			yield(engine.Event{}, err)
			return
		}
		r.head = at
		_ = r.all(ctx) // what is wrong was given
	}
}

// place is the head that a mark stands for.
func (j *Journal) place(ctx context.Context, session string, m engine.Mark) (head, error) {
	if m.Seq == 0 {
		return head{}, nil
	}
	seq, sum, _ := strings.Cut(m.Place, ".")
	stream, err := strconv.ParseUint(seq, 10, 64)
	if err != nil || stream == 0 {
		return head{}, fmt.Errorf("session %s: a mark without a place: %w", session, engine.ErrDamaged)
	}
	want := head{stream: stream, last: m.Seq, sum: sum}
	if got, err := j.at(ctx, streamOf(session), stream); err == nil && got.subject == subject(session) {
		if r, err := decode(got.header, got.data, got.stream); err == nil && r.head == want && r.whole() == nil {
			return want, nil
		}
	}
	return j.search(ctx, session, want)
}

// search reads a session up to a mark.
func (j *Journal) search(ctx context.Context, session string, want head) (head, error) {
	var failed error
	r := reader{j: j, session: session, after: want.last, yield: func(_ engine.Event, err error) bool {
		failed = err
		return true // a record that goes on behind the mark
	}}
	for r.head.last < want.last {
		list, more, err := j.batch(ctx, streamOf(session), subject(session), r.head.stream+1)
		if err != nil {
			return head{}, j.readTrouble(ctx, streamOf(session), err)
		}
		for i := range list {
			if r.head.last < want.last && r.take(ctx, &list[i]) != nil {
				return head{}, failed
			}
		}
		if !more {
			break
		}
	}
	switch {
	case r.head.last == 0:
		return head{}, engine.ErrNotFound
	case r.head.last != want.last || r.head.sum != want.sum:
		return head{}, fmt.Errorf("session %s: a mark at event %d does not fit the log: %w", session, want.last, engine.ErrDamaged)
	default:
		return r.head, nil
	}
}
