package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

const (
	// snapshotEvery is Config.SnapshotEvery by default, in events.
	snapshotEvery = 500
	// snapshotRest is how many new events are worth a snapshot when a session
	// is let go since it waits: a tenth of the time to read so many is what a
	// snapshot takes to read.
	snapshotRest = 100
	// snapshotTime bounds the writing of one.
	snapshotTime = 10 * time.Second
	// maxSnapshot bounds a snapshot in bytes: a record of a [Table].
	maxSnapshot = 1 << 20
)

var errLarge = fmt.Errorf("the state does not fit into a snapshot of %d bytes", maxSnapshot)

// snapshots is how a session's states are written beside its log: first its
// mark is asked for, then the state is copied between two inputs, then the copy
// is written. Only the copying is done in the loop.
type snapshots struct {
	seq    uint64 // of the state that was written last
	busy   bool
	mark   *Mark // of a place that the next copy lies behind
	large  bool  // the state does not fit any more
	failed bool  // that was logged
}

// snapshot goes on with a snapshot, or begins one when enough events are new.
// What the session's state holds is stored.
func (s *Session) snapshot() {
	if m := s.snaps.mark; m != nil {
		s.snaps.mark = nil
		s.writeSnapshot(*m)
		return
	}
	every := uint64(snapshotEvery)
	if n := s.engine.cfg.SnapshotEvery; n > 0 {
		every = uint64(n)
	}
	if s.snapshotDue(max(every, s.st.head/4)) {
		s.beginSnapshot()
	}
}

// snapshotFirst begins the snapshot that is worth making before the session
// rests, and says whether it did.
func (s *Session) snapshotFirst() bool {
	if !s.snapshotDue(snapshotRest) {
		return false
	}
	s.beginSnapshot()
	return true
}

func (s *Session) snapshotDue(every uint64) bool {
	return s.engine.cfg.Snapshots != nil && !s.snaps.busy && !s.snaps.large && s.st.head-s.snaps.seq >= every
}

func (s *Session) beginSnapshot() {
	s.snaps.busy = true
	journal, ok := s.journal.(Marker)
	if !ok {
		s.writeSnapshot(Mark{})
		return
	}
	s.wg.Go(func() {
		ctx, cancel := context.WithTimeout(s.ctx, snapshotTime)
		defer cancel()
		m, err := journal.Mark(ctx, s.id)
		_ = s.post(marked{mark: m, err: err}) // a session that is gone needs none
	})
}

func (s *Session) writeSnapshot(m Mark) {
	s.snaps.seq = s.st.head
	if m.Seq > s.st.head { // somebody else has written
		s.snaps.busy = false
		return
	}
	st := s.st.clone()
	s.wg.Go(func() {
		ctx, cancel := context.WithTimeout(s.ctx, snapshotTime)
		defer cancel()
		b, err := st.encode(m)
		if err == nil {
			_, err = s.engine.cfg.Snapshots.Put(ctx, s.id, b)
		}
		_ = s.post(written{err})
	})
}

// marked is the journal's answer to where its log ends.
type marked struct {
	mark Mark
	err  error
}

func (m marked) apply(s *Session) {
	if m.err != nil {
		s.snaps.seq = s.st.head // the next one is tried in its own time
		written{m.err}.apply(s)
		return
	}
	s.snaps.mark = &m.mark
}

// written says that a snapshot is stored, or is not.
type written struct{ err error }

func (w written) apply(s *Session) {
	s.snaps.busy = false
	switch {
	case w.err == nil:
	case errors.Is(w.err, errLarge):
		s.snaps.large = true
		s.log.Debug("session is too large for snapshots", "session", s.id)
	case !s.snaps.failed:
		s.snaps.failed = true
		s.log.Warn("snapshot of a session is not stored; waking it reads its whole log", "session", s.id, "error", w.err)
	}
}

// load folds a session's log, from its snapshot on if it has one that fits. It
// also gives the number of the last event in that snapshot.
func (e *Engine) load(ctx context.Context, t *Template, id string) (*State, uint64, error) {
	if st, saved := e.loadSnapshot(ctx, t, id); st != nil {
		return st, saved, nil
	}
	st := newState(t, id)
	for ev, err := range e.cfg.Journal.Read(ctx, id, 0) {
		if err != nil {
			return nil, 0, err
		}
		if err := st.next(&ev); err != nil {
			return nil, 0, err
		}
	}
	if st.head == 0 {
		return nil, 0, ErrNotFound
	}
	return st, 0, nil
}

// loadSnapshot folds what the log has behind a snapshot. It gives nil if
// anything at all does not fit: then the whole log says what is true.
func (e *Engine) loadSnapshot(ctx context.Context, t *Template, id string) (*State, uint64) {
	if e.cfg.Snapshots == nil {
		return nil, 0
	}
	entry, err := e.cfg.Snapshots.Get(ctx, id)
	if err != nil || entry.Deleted {
		return nil, 0
	}
	st, mark, err := decodeState(t, id, entry.Value)
	if err != nil {
		e.cfg.Logger.Debug("snapshot of a session is not used", "session", id, "error", err)
		return nil, 0
	}
	saved := st.head
	met := mark.Seq == saved // else the log must give the snapshot's last event again
	for ev, err := range e.tail(ctx, id, saved, mark) {
		if err != nil {
			return nil, 0
		}
		if ev.Seq <= saved {
			if ev.Seq == saved {
				if met = ev.Time.Equal(st.last); !met {
					return nil, 0
				}
			}
			continue
		}
		if !met || st.next(&ev) != nil {
			return nil, 0
		}
	}
	if !met {
		return nil, 0
	}
	return st, saved
}

// tail reads a log from a mark, or else from the event before a number's next.
func (e *Engine) tail(ctx context.Context, id string, saved uint64, m Mark) iter.Seq2[Event, error] {
	if journal, ok := e.cfg.Journal.(Marker); ok && m.Seq > 0 {
		return journal.ReadFrom(ctx, id, m)
	}
	return e.cfg.Journal.Read(ctx, id, saved-1)
}
