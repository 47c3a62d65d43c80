// Package memory is a store that keeps events and tables in memory: for command
// line runs and tests. What it holds ends with the process.
//
// A [Journal] is one process's; a [Cluster] gives several nodes of one store,
// for tests of what happens between them.
package memory

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Journal is an [engine.Store] in memory. The zero value is ready for use.
type Journal struct {
	mu     sync.RWMutex
	logs   map[string]*log
	tables tables
}

// log is one session's list, in blocks, so that growing copies nothing. Events
// are only ever appended, so a reader may keep a slice of a block without the
// lock.
type log struct {
	mu     sync.Mutex
	blocks [][]engine.Event // all but the last are full
	size   uint64
	grown  chan struct{} // closed and replaced on growth; nil when nobody waits
}

// block is the number of events in a block, but for the first, which begins
// small.
const block = 128

func (l *log) append(events []engine.Event) {
	for len(events) > 0 {
		last := len(l.blocks) - 1
		if last < 0 || len(l.blocks[last]) == block {
			size := block
			if last < 0 {
				size = 16
			}
			l.blocks = append(l.blocks, make([]engine.Event, 0, size))
			last++
		}
		n := min(len(events), block-len(l.blocks[last]))
		l.blocks[last] = append(l.blocks[last], events[:n]...)
		events = events[n:]
		l.size += uint64(n)
	}
}

func (j *Journal) log(session string, create bool) *log {
	j.mu.RLock()
	l := j.logs[session]
	j.mu.RUnlock()
	if l != nil || !create {
		return l
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if l = j.logs[session]; l == nil {
		if j.logs == nil {
			j.logs = map[string]*log{}
		}
		l = &log{}
		j.logs[session] = l
	}
	return l
}

// Append implements [engine.Journal].
func (j *Journal) Append(_ context.Context, session string, expect uint64, events []engine.Event) error {
	l := j.log(session, false)
	if l == nil {
		if err := engine.CheckRecord(session, nil); err != nil {
			return fmt.Errorf("session's id: %w", err)
		}
		l = j.log(session, true)
	}
	l.mu.Lock()
	if l.size != expect {
		l.mu.Unlock()
		return engine.ErrConflict
	}
	l.append(events)
	grown := l.grown
	l.grown = nil
	l.mu.Unlock()
	if grown != nil {
		close(grown)
	}
	return nil
}

// over says whether the session has ended.
func (l *log) over() bool {
	if l.size == 0 {
		return false
	}
	last := l.blocks[len(l.blocks)-1]
	return last[len(last)-1].Type() == engine.TypeEnded
}

// after gives some of what is stored behind a number or, with wait and when there is
// nothing yet, a channel that closes when there is. Neither means that nothing
// will come.
func (l *log) after(n uint64, wait bool) ([]engine.Event, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n < l.size {
		return l.blocks[n/block][n%block:], nil
	}
	if !wait || l.over() {
		return nil, nil
	}
	if l.grown == nil {
		l.grown = make(chan struct{})
	}
	return nil, l.grown
}

// Read implements [engine.Journal].
func (j *Journal) Read(_ context.Context, session string, after uint64) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		l := j.log(session, false)
		if l == nil {
			yield(engine.Event{}, engine.ErrNotFound)
			return
		}
		for {
			events, _ := l.after(after, false)
			if len(events) == 0 {
				return
			}
			for _, e := range events {
				if !yield(e, nil) {
					return
				}
			}
			after += uint64(len(events))
		}
	}
}

// Follow implements [engine.Journal].
func (j *Journal) Follow(ctx context.Context, session string, after uint64) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		l := j.log(session, false)
		if l == nil {
			yield(engine.Event{}, engine.ErrNotFound)
			return
		}
		for {
			events, grown := l.after(after, true)
			for _, e := range events {
				if !yield(e, nil) || e.Type() == engine.TypeEnded {
					return
				}
			}
			after += uint64(len(events))
			if len(events) > 0 {
				continue
			}
			if grown == nil {
				return
			}
			select {
			case <-grown:
			case <-ctx.Done():
				return
			}
		}
	}
}

// Delete implements [engine.Store].
func (j *Journal) Delete(_ context.Context, session string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.logs, session)
	return nil
}

// Table implements [engine.Store].
func (j *Journal) Table(_ context.Context, name string) (engine.Table, error) {
	t, err := j.tables.open(name)
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Err implements [engine.Store]: memory is always there.
func (j *Journal) Err() error { return nil }

// Cluster implements [engine.Store]: no other process can use it.
func (j *Journal) Cluster() engine.Cluster { return nil }

// Mark implements [engine.Marker].
func (j *Journal) Mark(_ context.Context, session string) (engine.Mark, error) {
	l := j.log(session, false)
	if l == nil {
		return engine.Mark{}, engine.ErrNotFound
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return engine.Mark{Seq: l.size}, nil
}

// ReadFrom implements [engine.Marker].
func (j *Journal) ReadFrom(ctx context.Context, session string, m engine.Mark) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		switch end, err := j.Mark(ctx, session); {
		case err != nil:
			yield(engine.Event{}, err)
		case m.Seq > end.Seq:
			yield(engine.Event{}, fmt.Errorf("the log ends at event %d, before %d: %w", end.Seq, m.Seq, engine.ErrDamaged))
		default:
			j.Read(ctx, session, m.Seq)(yield)
		}
	}
}

var (
	_ engine.Store  = (*Journal)(nil)
	_ engine.Marker = (*Journal)(nil)
)
