package engine

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// maxDeltas bounds the live events that wait for one follower. What is too
// many is dropped: the finished message replaces it.
const maxDeltas = 1024

// hub hands a session's live events to those who listen. It outlives the
// session while it waits in its log and somebody listens.
type hub struct {
	session   string
	users     int         // the session and the listeners; guarded by the engine
	tell      func(Event) // Config.OnLive
	listening atomic.Int32
	mu        sync.Mutex
	listeners map[*listener]struct{}
}

// hub finds or makes a session's hub; the caller has the engine's lock.
func (e *Engine) hub(session string) *hub {
	h := e.hubs[session]
	if h == nil {
		h = &hub{session: session, tell: e.cfg.OnLive}
		e.hubs[session] = h
	}
	h.users++
	return h
}

// unhub ends a use of a hub; the caller has the engine's lock.
func (e *Engine) unhub(h *hub) {
	if h.users--; h.users == 0 {
		delete(e.hubs, h.session)
	}
}

// listen makes a listener of a session's live events, until stop.
func (e *Engine) listen(session string) (l *listener, stop func()) {
	e.mu.Lock()
	h := e.hub(session)
	e.mu.Unlock()
	l = h.listen()
	return l, func() {
		h.leave(l)
		e.mu.Lock()
		defer e.mu.Unlock()
		e.unhub(h)
	}
}

// listener is a bounded queue of live events.
type listener struct {
	mu    sync.Mutex
	queue []Event
	wake  chan struct{} // has room for one
}

func (h *hub) listen() *listener {
	l := &listener{wake: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners == nil {
		h.listeners = map[*listener]struct{}{}
	}
	h.listeners[l] = struct{}{}
	h.listening.Add(1)
	return l
}

func (h *hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.listeners, l)
	h.listening.Add(-1)
}

func (h *hub) publish(session string, c *call, text string, thought bool) {
	heard := h != nil && h.listening.Load() > 0 // nobody listens to a rehearsal
	if !heard && (h == nil || h.tell == nil) {
		return
	}
	e := Event{Time: time.Now().UTC(), Session: session, Turn: c.turn, Agent: c.agent, Cause: c.seq, Data: &TextDelta{Text: text}}
	if thought {
		e.Data = &ThoughtDelta{Text: text}
	}
	if h.tell != nil {
		h.tell(e)
	}
	if !heard {
		return
	}
	h.mu.Lock()
	all := make([]*listener, 0, len(h.listeners))
	for l := range h.listeners {
		all = append(all, l)
	}
	h.mu.Unlock()
	for _, l := range all {
		l.put(e)
	}
}

func (l *listener) put(e Event) {
	l.mu.Lock()
	if len(l.queue) < maxDeltas {
		l.queue = append(l.queue, e)
	}
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *listener) take() []Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := l.queue
	l.queue = nil
	return q
}

// Follow gives the session's events after a number, first those that are
// stored, then as they happen, and ends after the one that ends the session,
// when ctx ends, or when the session is let go. A session that passes into its
// log, waiting, is no end: what follows when it is woken is given too. Nothing
// is missed or doubled, however slow the reader. With live it also gives text
// as it is generated; those events may be dropped, and the finished message
// replaces them.
func (s *Session) Follow(ctx context.Context, after uint64, live bool) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if !live {
			s.followStored(ctx, after, yield)
			return
		}
		s.followLive(ctx, after, yield)
	}
}

// followStored follows the journal; a session that is let go without an end
// ends it too, unless it waits in its log, and so does a closed engine.
func (s *Session) followStored(ctx context.Context, after uint64, yield func(Event, error) bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	unless := func(ends context.Context, why ...error) (stop func() bool) {
		return context.AfterFunc(ends, func() {
			if !slices.ContainsFunc(why, func(err error) bool { return errors.Is(s.why(), err) }) {
				cancel()
			}
		})
	}
	defer unless(s.ctx, ErrEnded, ErrPassive)() //nolint:contextcheck // the session's life, beside the reader's
	defer unless(s.engine.ctx, ErrEnded)()      //nolint:contextcheck // likewise
	for e, err := range s.journal.Follow(ctx, s.id, after) {
		if !yield(e, err) || err != nil {
			return
		}
	}
}

// followLive joins the stored and the live events.
func (s *Session) followLive(ctx context.Context, after uint64, yield func(Event, error) bool) {
	l, stop := s.engine.listen(s.id)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	stored := make(chan Event, 64)
	var failed error
	var reader sync.WaitGroup
	defer reader.Wait()
	defer cancel()
	reader.Go(func() {
		defer close(stored)
		s.followStored(ctx, after, func(e Event, err error) bool {
			if err != nil {
				failed = err
				return false
			}
			select {
			case stored <- e:
				return true
			case <-ctx.Done():
				return false
			}
		})
	})
	j := joiner{seq: after, over: map[int]bool{}, yield: yield}
	for {
		select {
		case e, ok := <-stored:
			if !ok {
				if failed != nil {
					yield(Event{}, failed)
				}
				return
			}
			if !j.stored(e) {
				return
			}
		case <-l.wake:
			if !j.live(l.take()) {
				return
			}
		}
	}
}

// joiner puts live events where they belong among the stored ones: behind the
// call that they come from, and before the message of its turn.
type joiner struct {
	seq   uint64       // of the last stored event that was given
	over  map[int]bool // turns whose answer has been given
	early []Event      // live events of calls that have not been given yet
	yield func(Event, error) bool
}

func (j *joiner) stored(e Event) bool {
	j.seq = e.Seq
	if t := e.Type(); t == TypeSaid || t == TypeTurnFinished || t == TypeTurnFailed {
		j.over[e.Turn] = true            // its message is what its text became
		delete(j.over, e.Turn-maxDeltas) // long over
	}
	if !j.yield(e, nil) {
		return false
	}
	early := j.early
	j.early = nil
	return j.live(early)
}

func (j *joiner) live(events []Event) bool {
	for _, e := range events {
		switch {
		case j.over[e.Turn]:
		case e.Cause > j.seq:
			if len(j.early) < maxDeltas {
				j.early = append(j.early, e)
			}
		case !j.yield(e, nil):
			return false
		}
	}
	return true
}
