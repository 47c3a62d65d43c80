package server

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// drainSpread is over how long the sockets of a draining server are closed, so
// that their clients do not all come to another one at once.
const drainSpread = 2 * time.Second

// drainBatches is in how many batches they are closed.
const drainBatches = 20

// Drain makes the server unready and refuses new work. It drains the engine and
// hands its sessions over to the other nodes, or to the next start, and at the
// same time tells the sockets to go elsewhere, in batches. It returns when all
// are gone or the context has ended. Requests that are under way are the
// http.Server's to wait for.
func (s *Server) Drain(ctx context.Context) error {
	s.draining.Store(true)
	handed := make(chan error, 1)
	s.wg.Go(func() { handed <- s.handOver(ctx) })
	err := s.drainSockets(ctx)
	return errors.Join(<-handed, err)
}

// handOver drains the engine and gives its sessions up.
func (s *Server) handOver(ctx context.Context) error {
	err := s.cfg.Engine.Drain(ctx)
	for _, rec := range s.seats.list() {
		s.agenda.soon(rec.entry)
	}
	for len(s.seats.list()) > 0 {
		if !pause(ctx, storeLag) {
			return errors.Join(err, context.Cause(ctx))
		}
	}
	return err
}

func (s *Server) drainSockets(ctx context.Context) error {
	list := s.sockets.list()
	rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	size := (len(list) + drainBatches - 1) / drainBatches
	for len(list) > 0 {
		n := min(size, len(list))
		for _, f := range list[:n] {
			f.shut(closeDraining, "the server is shutting down")
		}
		if list = list[n:]; len(list) == 0 || ctx.Err() != nil {
			break
		}
		wait := drainSpread / drainBatches
		pause(ctx, wait/2+rand.N(wait))
	}
	for s.sockets.len() > 0 {
		for _, f := range s.sockets.list() { // those that came meanwhile
			f.shut(closeDraining, "the server is shutting down")
		}
		if !pause(ctx, storeLag) {
			return context.Cause(ctx)
		}
	}
	return nil
}
