package memory

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// table is an [engine.Table] in memory. Its changes are numbered; a watcher
// holds the number of the last one that it gave.
type table struct {
	mu       sync.Mutex
	revision uint64
	entries  map[string]engine.Entry // with those that are gone
	changed  chan struct{}           // closed and replaced on a change; nil when nobody waits
}

func newTable() *table { return &table{entries: map[string]engine.Entry{}} }

// Get implements [engine.Table].
func (t *table) Get(_ context.Context, key string) (engine.Entry, error) {
	if err := engine.CheckRecord(key, nil); err != nil {
		return engine.Entry{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.entries[key]
	if !ok || e.Deleted {
		return engine.Entry{}, engine.ErrNotFound
	}
	return e, nil
}

// Put implements [engine.Table].
func (t *table) Put(_ context.Context, key string, value []byte) (uint64, error) {
	if err := engine.CheckRecord(key, value); err != nil {
		return 0, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.set(engine.Entry{Key: key, Value: slices.Clone(value)}), nil
}

// Update implements [engine.Table].
func (t *table) Update(_ context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if err := engine.CheckRecord(key, value); err != nil {
		return 0, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.entries[key]
	if e.Deleted {
		e.Revision = 0
	}
	if e.Revision != revision {
		return 0, engine.ErrConflict
	}
	return t.set(engine.Entry{Key: key, Value: slices.Clone(value)}), nil
}

// Delete implements [engine.Table].
func (t *table) Delete(_ context.Context, key string) error {
	if err := engine.CheckRecord(key, nil); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, ok := t.entries[key]; ok && !e.Deleted {
		t.set(engine.Entry{Key: key, Deleted: true})
	}
	return nil
}

// Remove implements [engine.Table].
func (t *table) Remove(_ context.Context, key string, revision uint64) error {
	if err := engine.CheckRecord(key, nil); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, ok := t.entries[key]; !ok || e.Deleted || e.Revision != revision {
		return engine.ErrConflict
	}
	t.set(engine.Entry{Key: key, Deleted: true})
	return nil
}

// set needs the lock.
func (t *table) set(e engine.Entry) uint64 {
	t.revision++
	e.Revision = t.revision
	t.entries[e.Key] = e
	if t.changed != nil {
		close(t.changed)
		t.changed = nil
	}
	return e.Revision
}

// Watch implements [engine.Table].
func (t *table) Watch(ctx context.Context) iter.Seq2[engine.Entry, error] {
	return func(yield func(engine.Entry, error) bool) {
		var seen uint64
		for first := true; ctx.Err() == nil; first = false {
			list, now, changed := t.since(seen)
			for _, e := range list {
				if first && e.Deleted {
					continue
				}
				if ctx.Err() != nil || !yield(e, nil) {
					return
				}
			}
			seen = now
			if first && (ctx.Err() != nil || !yield(engine.Entry{}, nil)) {
				return
			}
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	}
}

// since gives the records that changed behind a revision, in the order of their
// changes, and a channel that closes at the next change.
func (t *table) since(revision uint64) (list []engine.Entry, now uint64, changed <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if revision < t.revision {
		for _, e := range t.entries {
			if e.Revision > revision {
				list = append(list, e)
			}
		}
		slices.SortFunc(list, func(a, b engine.Entry) int { return int(a.Revision) - int(b.Revision) }) //nolint:gosec // far below the bound
	}
	if t.changed == nil {
		t.changed = make(chan struct{})
	}
	return list, t.revision, t.changed
}

// tables are the tables of a store by their names.
type tables struct {
	mu sync.Mutex
	by map[string]*table
}

func (s *tables) open(name string) (*table, error) {
	if err := engine.CheckTable(name); err != nil {
		return nil, fmt.Errorf("table %q: %w", name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.by[name]
	if t == nil {
		if s.by == nil {
			s.by = map[string]*table{}
		}
		t = newTable()
		s.by[name] = t
	}
	return t, nil
}
