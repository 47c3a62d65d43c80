package jetstream

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/agentconnect-dev/agentconnect/engine"
)

const (
	// watchQueue bounds the changes that wait for one watcher.
	watchQueue = 1024
	// settleFor is how long a watcher waits for a copy that is behind.
	settleFor = 2 * time.Second
)

// Watch implements [engine.Table]: what is there first, then the changes as the
// stream publishes them again; whatever does not fit is read from the stream.
func (t *table) Watch(ctx context.Context) iter.Seq2[engine.Entry, error] {
	return t.watch(ctx, lookEvery)
}

func (t *table) watch(ctx context.Context, look time.Duration) iter.Seq2[engine.Entry, error] {
	return func(yield func(engine.Entry, error) bool) {
		live := make(chan *nats.Msg, watchQueue)
		sub, err := t.j.main.nc.ChanSubscribe(changeSubject(t.name, ">"), live)
		if err != nil {
			yield(engine.Entry{}, err)
			return
		}
		defer func() { _ = sub.Unsubscribe() }() // the connection may be gone
		w := watcher{t: t, yield: yield}
		if !w.begin(ctx) {
			return
		}
		tick := time.NewTicker(look)
		defer tick.Stop()
		for !w.left && ctx.Err() == nil {
			select {
			case m := <-live:
				w.hear(ctx, m)
			case <-tick.C:
				_ = w.read(ctx) // the next look tries again
			case <-ctx.Done():
			}
		}
	}
}

// watcher is where a reader of a table stands.
type watcher struct {
	t     *table
	last  uint64 // the last sequence that was read
	begun bool   // what was there is given
	left  bool   // the reader has left
	yield func(engine.Entry, error) bool
}

// begin gives what is there, up to what the leader has by now, and says whether
// the reader wants more.
func (w *watcher) begin(ctx context.Context) bool {
	err := w.reach(ctx)
	switch {
	case w.left || ctx.Err() != nil:
		return false
	case err != nil:
		w.yield(engine.Entry{}, w.t.j.readTrouble(ctx, w.t.stream, err))
		return false
	}
	w.begun = true
	return w.yield(engine.Entry{}, nil)
}

// reach reads up to the table's last message.
func (w *watcher) reach(ctx context.Context) error {
	end, err := w.t.j.last(ctx, w.t.stream, w.t.subject(">"))
	if err != nil {
		return err
	}
	if w.t.j.embedded != nil && end.stream > w.last+readMessages {
		if err := w.many(ctx, end.stream); err != nil && ctx.Err() == nil && !w.left {
			w.t.j.cfg.Logger.Debug("a table is read in batches", "table", w.t.name, "error", err)
		}
		if w.left {
			return nil
		}
	}
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if err := w.read(ctx); err != nil || w.left {
			return err
		}
		if w.last >= end.stream || time.Since(start) > settleFor {
			return nil
		}
	}
}

// hear takes in a change that was published again, after what is before it.
func (w *watcher) hear(ctx context.Context, m *nats.Msg) {
	seq := streamSequence(m)
	if seq <= w.last {
		return
	}
	for start := time.Now(); seq > w.last+1 && time.Since(start) < settleFor && !w.left && ctx.Err() == nil; {
		if w.read(ctx) != nil {
			return // it is read at the next look
		}
		if w.last < seq {
			time.Sleep(5 * time.Millisecond)
		}
	}
	if seq == w.last+1 && !w.left {
		w.give(&stored{subject: m.Header.Get("Nats-Subject"), header: m.Header, data: m.Data, stream: seq})
	}
}

// read gives what the server that answers has behind the watcher. While a batch
// is given the next one is on its way: a server takes as long to send one as
// its reader does to take it in.
func (w *watcher) read(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	next := w.ask(ctx, w.last+1)
	defer func() {
		cancel()
		if next != nil {
			<-next
		}
	}()
	for next != nil {
		b := <-next
		next = nil
		if b.err != nil {
			return b.err
		}
		if b.more {
			next = w.ask(ctx, b.list[len(b.list)-1].stream+1)
		}
		for i := range b.list {
			if w.give(&b.list[i]); w.left {
				return nil
			}
		}
	}
	return nil
}

// batch is an answer to a request for messages.
type batch struct {
	list []stored
	more bool
	err  error
}

// ask requests the messages from a sequence on. There is always an answer.
func (w *watcher) ask(ctx context.Context, from uint64) <-chan batch {
	answer := make(chan batch, 1)
	go func() {
		var b batch
		b.list, b.more, b.err = w.t.j.batch(ctx, w.t.stream, allSubjects, from)
		answer <- b
	}()
	return answer
}

func (w *watcher) give(m *stored) {
	w.last = m.stream
	key, ok := strings.CutPrefix(m.subject, w.t.subject(""))
	if !ok {
		return
	}
	e := entryOf(key, m)
	if e.Deleted && !w.begun {
		return
	}
	w.left = !w.yield(e, nil)
}
