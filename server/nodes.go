package server

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"maps"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// turnTime is how much later the next node looks after a session that the one
// whose turn it is has not looked after.
const turnTime = 2 * time.Second

// nodes are the names of the servers that share the store, this one among them.
// It is safe for concurrent use.
type nodes struct {
	mu    sync.RWMutex
	names map[string]struct{}
}

// turnOf is how long this node leaves a session to those whose turn comes
// before its own: each session has the nodes in an order of its own.
func (s *Server) turnOf(id string) time.Duration {
	if s.cluster == nil {
		return 0
	}
	own, before := weight(s.cluster.Node(), id), 0
	s.nodes.mu.RLock()
	defer s.nodes.mu.RUnlock()
	for name := range s.nodes.names {
		if name != s.cluster.Node() && weight(name, id) > own {
			before++
		}
	}
	return time.Duration(before) * turnTime
}

// dueAt is when this node looks after a session that rests. One that was handed
// over does not wait for the node that did so, which is still among the nodes.
func (s *Server) dueAt(id string, wake time.Time) time.Time {
	if wake.Equal(handedOver()) {
		return s.time().Add(s.turnOf(id) / handOverHaste)
	}
	return wake.Add(s.turnOf(id))
}

const (
	// handOverHaste is how much shorter turns are then.
	handOverHaste = 16
	// handOverLag is how long a node waits for another one that hands a session
	// over to release it.
	handOverLag = 200 * time.Millisecond
)

func weight(node, id string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(node)) // a hash takes everything
	_, _ = h.Write([]byte(id))
	x := h.Sum64() // similar names give similar sums: mix them
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return x
}

// join makes this server one of the nodes.
func (s *Server) join(ctx context.Context) (lost <-chan struct{}, err error) {
	info, err := json.Marshal(s.cfg.Node)
	if err != nil {
		return nil, err
	}
	lost, err = s.cluster.Join(ctx, info)
	return lost, storeError(err)
}

// keepLease lets go of all sessions when the lease is lost, and joins again.
// Who follows a session here goes on: it follows the log.
func (s *Server) keepLease(lost <-chan struct{}) {
	for {
		select {
		case <-lost:
		case <-s.ctx.Done():
			return
		}
		if s.draining.Load() {
			return
		}
		s.log.Warn("this node has lost its lease; other nodes go on with its sessions")
		for _, rec := range s.seats.list() {
			s.cfg.Engine.LetGo(rec.id, engine.ErrOwned)
			s.agenda.soon(rec.entry)
		}
		for {
			again, err := s.join(s.ctx)
			if err == nil {
				lost = again
				break
			}
			if !pause(s.ctx, retryTime) {
				return
			}
		}
		s.lookAround()
	}
}

// watchNodes follows which nodes there are.
func (s *Server) watchNodes() {
	for {
		s.seeNodes()
		if !pause(s.ctx, retryTime) {
			return
		}
	}
}

// seeNodes does so as long as they can be seen.
func (s *Server) seeNodes() {
	there := map[string]bool{} // until all that were there are known
	for e, err := range s.cluster.Nodes(s.ctx) {
		switch {
		case err != nil:
			s.log.Warn("the other nodes cannot be seen", "error", err)
			return
		case e.Key == "":
			s.gone(func(name string) bool { return !there[name] })
			there = nil
		case e.Deleted:
			s.gone(func(name string) bool { return name == e.Key })
		default:
			s.nodes.mu.Lock()
			s.nodes.names[e.Key] = struct{}{}
			s.nodes.mu.Unlock()
			if there != nil {
				there[e.Key] = true
			}
		}
	}
}

// gone forgets nodes, and sees that others run what they ran.
func (s *Server) gone(is func(name string) bool) {
	s.nodes.mu.Lock()
	before := len(s.nodes.names)
	maps.DeleteFunc(s.nodes.names, func(name string, _ struct{}) bool { return is(name) })
	less := len(s.nodes.names) < before
	s.nodes.mu.Unlock()
	if less {
		s.lookAround()
	}
}

// lookAround looks at each session that should run and does not run here.
func (s *Server) lookAround() {
	now := s.time()
	for _, e := range s.index.adrift() {
		if s.seats.of(e.id) == nil {
			s.agenda.at(e, now.Add(s.turnOf(e.id)))
		}
	}
}

// claim makes this node the owner of a session.
func (s *Server) claim(ctx context.Context, id string) error {
	if s.cluster == nil {
		return nil
	}
	return storeError(s.cluster.Claim(ctx, id))
}

// release gives a session up. What cannot be given up ends with the lease.
func (s *Server) release(ctx context.Context, id string) {
	if s.cluster == nil {
		return
	}
	if err := s.cluster.Release(ctx, id); err != nil {
		s.log.WarnContext(ctx, "session is not released", "session", id, "error", err)
	}
}
