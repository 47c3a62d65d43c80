package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// openTables opens what the server keeps beside its sessions.
func (s *Server) openTables() error {
	ctx, cancel := storeContext()
	defer cancel()
	var answered, agents engine.Table
	for name, to := range map[string]*engine.Table{
		tableSessions: &s.docs, tableSources: &s.sources, tableSnapshots: &s.snapshots, tableTalks: &s.talks.table,
		tableAnswers: &answered, tableAgents: &agents,
	} {
		var err error
		if *to, err = s.cfg.Store.Table(ctx, name); err != nil {
			return fmt.Errorf("server: %w", err)
		}
	}
	s.cluster = s.cfg.Store.Cluster()
	node := rand.Text()
	if s.cluster != nil {
		node = s.cluster.Node()
	}
	s.answers = newAnswers(answered, node, s.cluster == nil, s.log)
	s.registered = newRegistry(agents, s.log)
	s.registered.busy = s.hasTalks
	return nil
}

// recordKey is the key of a record that is found by a text of any letters.
func recordKey(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// hasTalks says whether an agent has talks.
func (s *Server) hasTalks(id string) bool {
	a := s.registered.agent(id)
	if a == nil {
		return false
	}
	talks, err := s.talksOf(s.ctx, a.owner)
	return err != nil || slices.ContainsFunc(talks, func(rec *record) bool { return rec.keyOf(id) != "" })
}

// followTables begins to follow them, until the server is closed.
func (s *Server) followTables() {
	for _, fn := range []func(context.Context){s.answers.follow, s.answers.sweep, s.registered.follow, s.registered.sweep} {
		s.wg.Go(func() { fn(s.ctx) })
	}
	if !s.cfg.Passive {
		s.wg.Go(func() { s.keepSwept(s.ctx) })
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
