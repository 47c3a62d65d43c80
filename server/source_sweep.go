package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// How long texts of scenarios stay that no session needs. A node relies on what
// it saw of a source for much less than the rest of the grace time, so that a
// session which it began with that is in the table long before a removal looks.
const (
	sourceGrace  = 24 * time.Hour
	sourceKnown  = sourceGrace / 4
	sourceSweep  = sourceGrace / 4
	sourceSettle = 10 * time.Minute // from the start to the first sweep
)

// keepSwept removes texts of scenarios that no session needs until the context
// ends. Of several nodes one does; two at once are no harm.
func (s *Server) keepSwept(ctx context.Context) {
	for wait := sourceSettle; pause(ctx, wait); wait = sourceSweep {
		if s.draining.Load() || s.turnOf(tableSources) > 0 {
			continue
		}
		if err := s.sweepSources(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "texts of scenarios that no session needs stay for now", "error", err)
		}
	}
}

// sweepSources marks the sources that no session needs as idle, and removes
// those that were marked before the grace time. Whoever begins a session with
// an idle one writes it again, and with other revisions it is not removed.
func (s *Server) sweepSources(ctx context.Context, now time.Time) error {
	all, err := storedSources(ctx, s.sources)
	if err != nil || len(all) == 0 {
		return err
	}
	needed, err := s.neededSources(ctx) // after the sources, so that none is missed that came meanwhile
	if err != nil {
		return err
	}
	for key, kept := range all {
		if err := kept.sweep(ctx, s.sources, key, needed[key], now); err != nil && !errors.Is(err, engine.ErrConflict) {
			return err
		}
	}
	return nil
}

// storedSource is what a sweep has seen of a source.
type storedSource struct {
	head  sourceHead
	first uint64            // the first record's revision; 0 when there is none
	parts map[string]uint64 // the others', by key
}

func storedSources(ctx context.Context, table engine.Table) (map[string]*storedSource, error) {
	all := map[string]*storedSource{}
	err := eachEntry(ctx, table, func(e *engine.Entry) error {
		key, _, part := strings.Cut(e.Key, ".")
		kept := all[key]
		if kept == nil {
			kept = &storedSource{parts: map[string]uint64{}}
			all[key] = kept
		}
		if part {
			kept.parts[e.Key] = e.Revision
			return nil
		}
		kept.first = e.Revision
		kept.head, _, _ = sourceFirst(e.Value) // one that cannot be read goes when nobody needs it
		return nil
	})
	return all, err
}

// neededSources are the keys of the sources that sessions need. Where a session
// cannot be read nobody knows what it needs.
func (s *Server) neededSources(ctx context.Context) (map[string]bool, error) {
	needed := map[string]bool{}
	err := eachEntry(ctx, s.docs, func(e *engine.Entry) error {
		d, err := decodeDoc(e.Value)
		if err != nil {
			return fmt.Errorf("session %s: %w", e.Key, err)
		}
		for _, bp := range d.Blueprint.origins() {
			needed[bp.Source] = true
		}
		return nil
	})
	return needed, err
}

// eachEntry gives every record that a table has, once or, when it changes
// meanwhile, again.
func eachEntry(ctx context.Context, table engine.Table, do func(*engine.Entry) error) error {
	for e, err := range table.Watch(ctx) {
		switch {
		case err != nil:
			return err
		case e.Key == "":
			return nil
		case e.Deleted:
			continue
		}
		if err := do(&e); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// sweep does what is to be done about a source. An idle one that is needed again
// stays marked, with a new time: only who writes all of it takes the mark off.
// One that was not idle is so for the first time.
func (k *storedSource) sweep(ctx context.Context, table engine.Table, key string, needed bool, now time.Time) error {
	idle := !k.head.idle.IsZero()
	switch {
	case needed == idle:
		return k.mark(ctx, table, key, now)
	case needed || now.Sub(k.head.idle) < sourceGrace:
		return nil
	default:
		return k.remove(ctx, table, key)
	}
}

// mark says in a source that it is idle. What has no first record, or none that
// can be read, gets one without parts, which stands for nothing.
func (k *storedSource) mark(ctx context.Context, table engine.Table, key string, now time.Time) error {
	head, value := sourceHead{}, []byte(nil)
	if k.first > 0 {
		e, err := table.Get(ctx, key)
		if errors.Is(err, engine.ErrNotFound) || err == nil && e.Revision != k.first {
			return engine.ErrConflict
		}
		if err != nil {
			return err
		}
		if head, value, err = sourceFirst(e.Value); err != nil {
			head, value = sourceHead{}, nil
		}
	}
	head.idle = now
	_, err := table.Update(ctx, key, head.before(value), k.first)
	return err
}

// remove removes the records that were seen, the first one last: as long as it
// is there, who needs the source finds it idle.
func (k *storedSource) remove(ctx context.Context, table engine.Table, key string) error {
	for part, revision := range k.parts {
		if err := table.Remove(ctx, part, revision); err != nil {
			return err
		}
	}
	return table.Remove(ctx, key, k.first)
}
