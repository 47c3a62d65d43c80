package server

import (
	"context"
	"errors"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// docOf reads what is stored of a session.
func (s *Server) docOf(ctx context.Context, id string) (*doc, error) {
	table, err := s.cfg.Store.Table(ctx, tableSessions)
	if err != nil {
		return nil, err
	}
	if engine.CheckRecord(id, nil) != nil {
		return nil, errNotFound
	}
	e, err := table.Get(ctx, id)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, err
	}
	d, err := decodeDoc(e.Value)
	if err == nil && d.head.deleted {
		err = errNotFound
	}
	return d, err
}
