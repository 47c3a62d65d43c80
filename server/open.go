package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// What the server's beginning and end may take.
const (
	openTime  = 2 * time.Minute // to read the index
	leaveTime = 5 * time.Second // to store what is not stored yet
)

var errNoHooks = errors.New("server: the engine tells nothing; make it with Hooks.Wire and give the same hooks to the server")

// open reads the index and begins to look after the sessions. Those that were
// running are resumed in the background.
func (s *Server) open() error {
	if s.cfg.Hooks == nil {
		return errNoHooks
	}
	ctx, cancel := context.WithTimeout(s.ctx, openTime)
	defer cancel()
	var lost <-chan struct{}
	if s.cluster != nil && !s.cfg.Passive {
		var err error
		if lost, err = s.join(ctx); err != nil {
			return fmt.Errorf("server: %w", err)
		}
	}
	read := make(chan struct{})
	s.wg.Go(func() { s.followIndex(read) })
	select {
	case <-read:
	case <-ctx.Done():
		return fmt.Errorf("server: the sessions cannot be read: %w", context.Cause(ctx))
	}
	s.cfg.Hooks.server.Store(s)
	if live := s.index.live("") + s.index.talks(""); live > 0 && !s.cfg.Passive {
		running := len(s.index.adrift())
		s.log.InfoContext(ctx, "the sessions of the server before go on", "running", running, "waiting", live-running)
	}
	if lost != nil {
		s.wg.Go(func() { s.keepLease(lost) })
	}
	if s.cluster != nil {
		s.wg.Go(s.watchNodes)
	}
	s.wg.Go(s.keepAgenda)
	return nil
}

// followIndex keeps the index as the table of sessions is. It closes read when
// it has all that was there.
func (s *Server) followIndex(read chan struct{}) {
	followTable(s.ctx, s.docs, func(kept *engine.Entry, err error) {
		switch {
		case err != nil:
			s.log.Warn("the table of sessions cannot be followed", "error", err)
		case kept.Key != "":
			s.learn(kept)
		case read != nil:
			close(read)
			read = nil
		}
	})
}

// learn takes in what the table says of a session.
func (s *Server) learn(kept *engine.Entry) {
	if kept.Deleted {
		if e := s.index.entry(kept.Key); e != nil {
			s.forget(e)
		}
		return
	}
	h, err := decodeHead(kept.Value)
	if err != nil {
		s.log.Error("a session cannot be read and is passed over", "session", kept.Key, "error", err)
		return
	}
	e, news := s.index.seen(kept.Key, h, kept.Revision)
	if !news {
		return
	}
	rec := s.index.used(e)
	switch {
	case h.runs(): // by whoever has it; is there nobody, somebody looks after it
		s.agenda.at(e, s.time().Add(s.turnOf(e.id)))
	case !h.alive():
		s.agenda.at(e, s.overAt(e.id, &h))
	default:
		if !h.wake.IsZero() {
			s.agenda.at(e, s.dueAt(e.id, h.wake))
		}
	}
	if rec != nil && !h.alive() && s.seats.of(e.id) == nil {
		s.wg.Go(func() { s.overElsewhere(rec) })
	}
}

// overElsewhere tells those who follow a session here what happened to it
// elsewhere.
func (s *Server) overElsewhere(rec *record) {
	ctx, cancel := context.WithTimeout(s.ctx, commandTime)
	defer cancel()
	if err := s.refresh(ctx, rec); err != nil {
		return // it is read again when it is needed
	}
	switch {
	case rec.gone():
		rec.frames.shut(closeDeleted, "the session was deleted")
	case rec.broken() != "":
		rec.frames.breakOff()
	}
}

// leave stores what is not stored yet and gives the lease back. Sessions that
// were not drained go on at the next start.
func (s *Server) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
	defer cancel()
	for _, rec := range s.seats.list() {
		if s.agenda.waits(rec.entry) {
			s.tendHere(ctx, rec)
		}
		rec.mu.Lock()
		quit := rec.quit
		rec.quit = nil
		rec.mu.Unlock()
		if quit != nil {
			quit()
		}
	}
	s.cfg.Hooks.server.CompareAndSwap(s, nil)
	if s.cluster != nil && !s.cfg.Passive {
		if err := s.cluster.Leave(ctx); err != nil {
			s.log.Warn("the lease is not given back; it ends by itself", "error", err)
		}
	}
}
