package server

import (
	"context"
	"crypto/rand"
	"fmt"
	"math"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// openTables opens what the server keeps beside its sessions.
func (s *Server) openTables() error {
	ctx, cancel := storeContext()
	defer cancel()
	answered, err := s.cfg.Store.Table(ctx, tableAnswers)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	agents, err := s.cfg.Store.Table(ctx, tableAgents)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	node, cluster := rand.Text(), s.cfg.Store.Cluster()
	if cluster != nil {
		node = cluster.Node()
	}
	s.answers = newAnswers(answered, node, cluster == nil, s.log)
	s.registered = newRegistry(agents, s.log)
	s.registered.busy = func(id string) bool { return len(s.talks.of(id)) > 0 }
	s.registered.found = func(a *agentRecord) { s.records.register(a, math.MaxInt) }
	s.registered.lost = s.records.removeAgent
	return nil
}

// followTables begins to follow them, until the server is closed.
func (s *Server) followTables() {
	for _, fn := range []func(context.Context){s.answers.follow, s.answers.sweep, s.registered.follow, s.registered.sweep} {
		s.wg.Go(func() { fn(s.ctx) })
	}
}

// followTable gives a table's records and their changes until the context ends,
// also when the store was away meanwhile.
func followTable(ctx context.Context, t engine.Table, do func(*engine.Entry, error)) {
	for ctx.Err() == nil {
		for e, err := range t.Watch(ctx) {
			do(&e, err)
			if err != nil {
				break
			}
		}
		pause(ctx, watchAgain)
	}
}
