package server

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// How the server looks after its sessions.
const (
	agendaWorkers = 8                      // sessions that are looked after at a time
	seatSweep     = 250 * time.Millisecond // how often it looks for sessions that were let go
	retryTime     = time.Second            // until something that failed is tried again
	templateTime  = time.Minute            // until a session without its provider or its key is
)

// agenda says when which session is looked at next. It is safe for concurrent
// use.
type agenda struct {
	mu    sync.Mutex // guards what follows, and the entries' due
	items agendaHeap
	news  chan struct{} // has room for one
}

type agendaItem struct {
	at int64 // Unix nanoseconds
	e  *entry
}

// atOnce is when a session is due that is looked at before all others.
const atOnce = 1

func newAgenda() *agenda { return &agenda{news: make(chan struct{}, 1)} }

// soon has a session looked at at once.
func (a *agenda) soon(e *entry) { a.at(e, time.Unix(0, atOnce)) }

// waits says whether something is to be done about a session at once.
func (a *agenda) waits(e *entry) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return e.due == atOnce
}

// at has a session looked at at a time, or before. The zero time is never.
func (a *agenda) at(e *entry, t time.Time) {
	if t.IsZero() {
		return
	}
	at := t.UnixNano()
	a.mu.Lock()
	defer a.mu.Unlock()
	if e.due != 0 && e.due <= at {
		return
	}
	e.due = at
	heap.Push(&a.items, agendaItem{at, e})
	if a.items[0].e == e {
		select {
		case a.news <- struct{}{}:
		default:
		}
	}
}

// next takes out a session that is due; otherwise it says how long none is.
func (a *agenda) next(now time.Time) (*entry, time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.items) > 0 {
		first := a.items[0]
		if wait := first.at - now.UnixNano(); wait > 0 && first.at == first.e.due {
			return nil, time.Duration(wait)
		}
		heap.Pop(&a.items)
		if first.at == first.e.due {
			first.e.due = 0
			return first.e, 0
		}
	}
	return nil, time.Hour
}

// keepAgenda looks after the sessions until the server closes.
func (s *Server) keepAgenda() {
	due := make(chan *entry)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer close(due)
	for range agendaWorkers {
		workers.Go(func() {
			for e := range due {
				s.agenda.at(e, s.tend(s.ctx, e))
			}
		})
	}
	sweep := time.NewTicker(seatSweep)
	defer sweep.Stop()
	for {
		e, wait := s.agenda.next(s.time())
		if e != nil {
			select {
			case due <- e:
				continue
			case <-s.ctx.Done():
				s.agenda.soon(e)
				return
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-s.agenda.news:
		case <-sweep.C:
			s.sweepSeats()
		case <-s.ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// time is what the agenda goes by: the clock of the sessions, on which what is
// due in an hour stays so when the machine's clock is set.
func (s *Server) time() time.Time { return s.cfg.Engine.Now() }

// sweepSeats finds sessions that were let go.
func (s *Server) sweepSeats() {
	for _, rec := range s.seats.list() {
		if rec.running() == nil {
			s.agenda.soon(rec.entry)
		}
	}
}

// agendaHeap implements [heap.Interface].
type agendaHeap []agendaItem

func (h agendaHeap) Len() int           { return len(h) }
func (h agendaHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h agendaHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push implements [heap.Interface].
func (h *agendaHeap) Push(x any) { *h = append(*h, x.(agendaItem)) } //nolint:forcetypeassert // the agenda pushes nothing else

// Pop implements [heap.Interface].
func (h *agendaHeap) Pop() any {
	last := len(*h) - 1
	item := (*h)[last]
	(*h)[last] = agendaItem{}
	*h = (*h)[:last]
	return item
}

// tend does what is to be done about a session, and says when to look again.
func (s *Server) tend(ctx context.Context, e *entry) time.Time {
	if rec := s.seats.of(e.id); rec != nil {
		return s.tendHere(ctx, rec)
	}
	h := s.index.head(e)
	switch {
	case s.cfg.Passive || s.draining.Load():
		return time.Time{}
	case !h.alive():
		return s.tendOver(ctx, e, &h)
	case h.resting && h.wake.IsZero():
		return time.Time{}
	case h.resting && s.time().Before(h.wake):
		return s.dueAt(e.id, h.wake)
	default:
		return s.tendAdrift(ctx, e)
	}
}
