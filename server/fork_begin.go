package server

import (
	"context"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// begin starts a session of a plan and keeps it. from is the session that it is
// a copy of, if it is one.
func (s *Server) begin(ctx context.Context, owner principal, p *plan, in *createRequest, from string,
	start func(ctx context.Context, id string) (*engine.Session, error),
) (*record, error) {
	if !in.direct {
		free, err := s.reserve(owner.Name)
		if err != nil {
			return nil, err
		}
		defer free()
	}
	id := engine.NewID("session_")
	d := &doc{Metadata: in.metadata, ForkedFrom: from}
	var err error
	if d.Blueprint, err = s.blueprint(ctx, id, p, in); err != nil {
		return nil, err
	}
	session, err := start(ctx, id)
	if err != nil {
		return nil, err
	}
	rec := p.record(owner, session, in)
	d.head = docHead{owner: rec.owner, template: rec.template, sessionType: rec.sessionType, status: statusActive, created: rec.created, direct: rec.direct, agents: len(rec.agents)}
	for _, a := range rec.agents {
		d.Agents = append(d.Agents, docAgent{a.id, a.key, a.name, a.provider, a.model, a.personality, a.capabilities, a.modes, a.metadata})
	}
	if err := s.keep(ctx, id, d); err != nil {
		return nil, err
	}
	rec.frames, rec.forkedFrom = newStream(s, rec), from
	s.records.add(rec)
	return rec, nil
}

// keep stores a doc that is new.
func (s *Server) keep(ctx context.Context, id string, d *doc) error {
	value, err := d.encode()
	if err != nil {
		return err
	}
	table, err := s.cfg.Store.Table(ctx, tableSessions)
	if err != nil {
		return err
	}
	_, err = table.Update(ctx, id, value, 0)
	return err
}
