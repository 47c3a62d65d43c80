package server

import (
	"context"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// unique is the unique part of an id.
func unique(id string) string { return id[strings.LastIndexByte(id, '_')+1:] }

// agent finds an agent by its id: that of a session has the session's unique
// part in its own.
func (s *Server) agent(ctx context.Context, id string) (*agentRecord, error) {
	if a := s.registered.agent(id); a != nil {
		return a, nil
	}
	rec, err := s.lookup(ctx, sessionPrefix+unique(id))
	if err != nil {
		return nil, err
	}
	for _, a := range rec.remaining() {
		if a.id == id && !rec.gone() {
			return a, nil
		}
	}
	return nil, engine.ErrNotFound
}

// remaining are the agents of a session that were not unregistered.
func (r *record) remaining() []*agentRecord {
	d, _ := r.stored()
	list := make([]*agentRecord, 0, len(r.agents))
	for i, a := range r.agents {
		if !d.Agents[i].Removed {
			list = append(list, a)
		}
	}
	return list
}

// removeAgent unregisters an agent of a session that has ended.
func (s *Server) removeAgent(ctx context.Context, a *agentRecord) error {
	return s.amend(ctx, a.session, func(d *doc) bool {
		d.Agents = slices.Clone(d.Agents)
		for i := range d.Agents {
			if d.Agents[i].ID == a.id {
				d.Agents[i].Removed = true
			}
		}
		return true
	})
}
