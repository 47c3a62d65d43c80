package server

import (
	"context"
	"errors"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// join gives a follower what came after a number (that of begin), from the journal at the
// reader's own speed, and then lets it live with the others, without gap or
// duplicate: under the stream's lock it is where the pump is.
func (st *stream) join(ctx context.Context, f *follower, after uint64) {
	head := st.rec.seq()
	j := joiner{st: st, f: f, pos: after, p: st.reader(after)}
	for !j.attach(head) {
		at := j.p.pos
		if !j.replay(ctx) {
			return
		}
		j.read = true
		if at == j.p.pos && !pause(ctx, storeLag) {
			return
		}
	}
}

// begin puts a follower behind a number, or behind the last event if that comes
// first. It is called before anything else happens to the follower. What a
// client has seen may be in the journal before the session says so, so a number
// beyond the head is looked up.
func (st *stream) begin(ctx context.Context, f *follower, after uint64) uint64 {
	if after > st.rec.seq() {
		after = min(after, st.last(ctx, after))
	}
	f.pos = after
	return after
}

// last is the last event in the journal, as far as it matters to who has seen
// those up to a number.
func (st *stream) last(ctx context.Context, upTo uint64) uint64 {
	last := st.reader(upTo).pos
	for e, err := range st.s.cfg.Store.Read(ctx, st.rec.id, last) {
		if err != nil || e.Seq >= upTo {
			return upTo
		}
		last = e.Seq
	}
	return last
}

// storeLag is how long to wait for a journal that does not yet give what it has
// stored.
const storeLag = 5 * time.Millisecond

// pause waits, unless the context ends first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// joiner is somebody on the way from the log to what is live.
type joiner struct {
	st      *stream
	f       *follower
	pos     uint64 // the last event that the follower was given, or need not be
	p       *projector
	greeted bool
	read    bool // it has been to the end of the log
}

// replay feeds what is stored, and waits for a store that is away. False says
// that the follower needs nothing more.
func (j *joiner) replay(ctx context.Context) bool {
	for {
		on, err := j.stored(ctx)
		switch {
		case err == nil:
			return on
		case j.f.closed() || errors.Is(err, context.Canceled):
			return false
		case !errors.Is(err, engine.ErrJournal) || !pause(ctx, retryTime):
			j.st.mu.Lock()
			defer j.st.mu.Unlock()
			j.f.shut(j.st.lost(err))
			return false
		}
	}
}

func (j *joiner) stored(ctx context.Context) (on bool, err error) {
	if j.p.ended != nil { // it has seen the end already
		j.greet()
		j.f.shut(j.st.endingOf(j.p.ended))
		return false, nil
	}
	for e, err := range j.st.s.cfg.Store.Read(ctx, j.st.rec.id, j.p.pos) {
		if err != nil {
			return false, err
		}
		if !j.event(ctx, &e) {
			return false, nil
		}
	}
	return true, nil
}

func (j *joiner) event(ctx context.Context, e *engine.Event) bool {
	fresh := e.Seq > j.pos
	if fresh && e.Seq > max(j.p.pos, j.pos)+1 {
		j.f.send(j.st.s.recovered(e.Seq))
	}
	sh := j.p.next(e, fresh)
	if fresh {
		j.greet()
		need := 0
		if sh != nil {
			need = len(sh.body)
		}
		if !j.f.wait(need, ctx.Done()) {
			return false
		}
		j.f.feed(e.Seq, sh)
		j.pos = e.Seq
	}
	j.st.mu.Lock()
	j.st.mark(j.p)
	j.st.mu.Unlock()
	if j.p.ended != nil {
		j.greet()
		j.f.shut(j.st.endingOf(j.p.ended))
		return false
	}
	return true
}

func (st *stream) endingOf(e *engine.Ended) (int, string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.ending(e)
}

// greet sends the ping with which every connection begins.
func (j *joiner) greet() {
	if !j.greeted {
		j.greeted = true
		j.f.sendItem(j.st.s.ping(false))
	}
}

// attach lets the follower live, if it has everything up to head and the rest
// is in the ring.
func (j *joiner) attach(head uint64) bool {
	st, f := j.st, j.f
	st.mu.Lock()
	defer st.mu.Unlock()
	switch {
	case f.closed():
		return true
	case st.code != 0 && !ended(st.rec):
		f.shut(st.code, st.why)
		return true
	case !j.read && !st.running && st.s.cluster != nil && st.rec.here() == nil: // there may be more than is known here
		return false
	case j.read && st.rec.broken() != "":
		j.greet()
		f.shut(closeGeneric, brokenText)
		return true
	case st.rec.broken() != "":
		return false
	case st.running && !j.near(head), !st.running && j.p.pos < max(head, j.pos, st.proj.pos), st.proj.ended != nil:
		return false
	}
	if !st.running {
		st.proj, st.from = *j.p.clone(), j.p.pos
		st.ring, st.size = nil, 0
	}
	j.greet()
	for _, sh := range st.ring {
		f.feed(sh.seq, sh)
	}
	f.feed(st.proj.pos, nil)
	st.enter(f, j.p)
	return true
}

// near says whether the running pump has all that the follower lacks.
func (j *joiner) near(head uint64) bool {
	st := j.st
	return j.pos >= st.from && max(j.p.pos, st.proj.pos) >= max(head, j.pos)
}

// enter makes it one of the followers; p is how far it has read.
func (st *stream) enter(f *follower, p *projector) {
	if st.proj.pos >= p.pos {
		p = &st.proj
	}
	f.send(st.s.liveFrame(p.prev[f.level]))
	f.attached, f.index = true, len(st.followers)
	st.followers = append(st.followers, f)
	if f.owes() {
		st.owe(f)
	}
	if f.deltas {
		st.deltas++
	}
	if !st.running {
		st.running, st.stop = true, func() {}
		st.s.wg.Go(st.pump)
	}
}

// recovered says that what was asked for is not kept any more.
func (s *Server) recovered(oldest uint64) *Frame {
	return &Frame{Type: frameSystem, Content: "Older frames are not kept any more.", Timestamp: s.clock.stamp(), Metadata: map[string]any{
		"role": "system", "event": "recovered", "recovered": false, "oldest_seq": oldest,
	}}
}

// liveFrame says that all that follows happens now.
func (s *Server) liveFrame(head uint64) *Frame {
	return &Frame{Type: frameSystem, Content: "You are live.", Timestamp: s.clock.stamp(), Metadata: map[string]any{
		"role": "system", "event": "live", "head": head,
	}}
}
