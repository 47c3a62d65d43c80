package server

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// What a stream keeps of the last frames, so that most who come need not read
// the journal. It is less when queues are small.
const (
	ringFrames = 256
	ringBytes  = 256 << 10
)

// markEvery is how many events lie between the places from which a session's
// log can be read again without reading it from its beginning.
const markEvery = 512

// stream brings a session's events to all who follow it. Each event is read
// and encoded once. It costs nothing while nobody follows.
type stream struct {
	s   *Server
	rec *record

	mu        sync.Mutex // guards what follows
	proj      projector  // where the pump is
	followers []*follower
	owing     map[*follower]struct{} // those with texts that are to be acknowledged
	deltas    int                    // followers who want live text
	text      liveText
	ring      []*shown // what was shown after the event from, up to where the pump is
	from      uint64
	size      int // bytes in ring
	marks     []*projector
	running   bool // the pump
	stop      context.CancelFunc
	code      int // of the close once the stream is shut
	why       string
}

func newStream(s *Server, rec *record) *stream {
	return &stream{s: s, rec: rec, proj: projector{rec: rec}}
}

// pump follows the session's log as long as somebody listens, wherever the
// session lives.
func (st *stream) pump() {
	defer st.tune()()
	for {
		st.mu.Lock()
		if len(st.followers) == 0 {
			st.rest()
			st.mu.Unlock()
			return
		}
		ctx, stop := context.WithCancel(st.s.ctx)
		st.stop = stop
		after := st.proj.pos
		st.mu.Unlock()
		err := st.follow(ctx, after)
		idle := ctx.Err() != nil && st.s.ctx.Err() == nil // nobody listened; somebody may have come meanwhile
		stop()
		away := errors.Is(err, engine.ErrJournal) && pause(st.s.ctx, retryTime)
		if !idle && !away {
			st.broken(err)
			return
		}
	}
}

// follow hands out events until the context or the session ends.
func (st *stream) follow(ctx context.Context, after uint64) error {
	for e, err := range st.s.cfg.Store.Follow(ctx, st.rec.id, after) {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
		st.publish(&e)
	}
	return nil
}

// rest lets go of all but the place where the pump was.
func (st *stream) rest() {
	st.running, st.ring, st.size, st.owing, st.text = false, nil, 0, nil, liveText{}
}

// broken ends a stream whose log has ended, or cannot be read.
func (st *stream) broken(err error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	left := st.followers
	st.rest()
	if len(left) == 0 {
		return
	}
	code, why := st.lost(err)
	for _, f := range slices.Clone(left) {
		st.detach(f)
		f.shut(code, why)
	}
}

// lost is the code for a log that cannot be read on.
func (st *stream) lost(err error) (int, string) {
	switch {
	case st.code != 0:
		return st.code, st.why
	case st.s.ctx.Err() != nil:
		return closeDraining, "the server is shutting down"
	case errors.Is(err, engine.ErrNotFound) && !st.rec.bereft():
		return closeDeleted, "the session is gone"
	}
	st.s.log.Error("session cannot be followed", "session", st.rec.id, "error", err)
	return closeGeneric, "the session cannot be followed any more"
}

// breakOff closes all who follow a session whose log has no end and does not
// go on.
func (st *stream) breakOff() {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, f := range slices.Clone(st.followers) {
		st.detach(f)
		f.shut(closeGeneric, brokenText)
	}
}

// brokenText is what those are told who follow such a session.
const brokenText = "the session has failed and does not go on"

// reader is a projector for those who want what came after a number: from the
// last mark before it.
func (st *stream) reader(after uint64) *projector {
	st.mu.Lock()
	defer st.mu.Unlock()
	p := &projector{rec: st.rec}
	for _, m := range st.marks {
		if m.pos <= after {
			p = m
		}
	}
	return p.clone()
}

// finish closes all who follow a session that has ended.
func (st *stream) finish() {
	code, text := st.ending(st.proj.ended)
	for _, f := range slices.Clone(st.followers) {
		st.detach(f)
		f.shut(code, text)
	}
}

// ending is the code after the stop frame.
func (st *stream) ending(e *engine.Ended) (int, string) {
	if st.rec.gone() || st.code != 0 || e.Outcome == engine.Expired {
		return closeDeleted, ""
	}
	return closeNormal, ""
}

// shut closes all who follow. On a session that has ended they still get what
// is left of its log, the stop frame last.
func (st *stream) shut(code int, text string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.code, st.why = code, text
	if ended(st.rec) && st.rec.broken() == "" && st.running {
		return // the pump comes to the end by itself
	}
	for _, f := range slices.Clone(st.followers) {
		st.detach(f)
		f.shut(code, text)
	}
}

// leave forgets a follower whose connection is gone.
func (st *stream) leave(f *follower) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.detach(f)
}

func (st *stream) detach(f *follower) {
	delete(st.owing, f)
	if !f.attached {
		return
	}
	f.attached = false
	last := len(st.followers) - 1
	st.followers[f.index] = st.followers[last]
	st.followers[f.index].index = f.index
	st.followers[last] = nil
	st.followers = st.followers[:last]
	if f.deltas {
		st.deltas--
	}
	if last == 0 && st.running {
		st.followers = nil
		st.stop()
	}
}

// accepted takes note of a follower's own text, which is to be acknowledged
// where it stands in the log.
func (st *stream) accepted(f *follower, o ownText) {
	st.mu.Lock()
	defer st.mu.Unlock()
	var upTo uint64
	if f.attached {
		upTo = st.proj.pos
	}
	if f.said(o, upTo) && f.attached {
		st.owe(f)
	}
}

func (st *stream) owe(f *follower) {
	if st.owing == nil {
		st.owing = map[*follower]struct{}{}
	}
	st.owing[f] = struct{}{}
}
