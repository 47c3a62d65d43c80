package server

import (
	"context"
	"sync"
	"time"
)

// forgetter is a journal that can drop what a session left.
type forgetter interface {
	Delete(ctx context.Context, session string) error
}

// retired are the sessions that were deleted and whose logs are still there.
type retired struct {
	mu   sync.Mutex
	list []retiree // in the order of their deletion
}

type retiree struct {
	id string
	at time.Time
}

func (r *retired) add(id string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, retiree{id, at})
}

// before takes out what was deleted before a time.
func (r *retired) before(limit time.Time) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []string
	for len(r.list) > 0 && r.list[0].at.Before(limit) {
		ids = append(ids, r.list[0].id)
		r.list = r.list[1:]
	}
	return ids
}

// keepRetention forgets sessions that have ended, and logs of those that were
// deleted, once the retention time is over. It runs until the server closes.
func (s *Server) keepRetention() {
	every := min(max(s.cfg.Sessions.Retention/8, 10*time.Millisecond), time.Minute)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			s.sweepRetention(now)
		case <-s.ctx.Done():
			return
		}
	}
}

func (s *Server) sweepRetention(now time.Time) {
	limit := now.Add(-s.cfg.Sessions.Retention)
	gone := s.retired.before(limit)
	for _, rec := range s.records.of("") {
		if rec.over(now).Before(limit) && s.records.take(rec) {
			rec.frames.shut(closeDeleted, "the session was removed: its retention time is over")
			gone = append(gone, rec.id)
		}
	}
	f, ok := s.cfg.Store.(forgetter)
	if !ok {
		return
	}
	for _, id := range gone {
		if err := f.Delete(s.ctx, id); err != nil {
			s.log.Warn("an old log is still there", "session", id, "error", err)
		}
	}
}

// over is when the session was first seen to have ended, or now.
func (r *record) over(now time.Time) time.Time {
	if !ended(r) {
		return now
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.endedAt.IsZero() {
		r.endedAt = now
	}
	return r.endedAt
}
