package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// docOf reads what is stored of a session now.
func (s *Server) docOf(ctx context.Context, id string) (*doc, error) {
	e := s.index.entry(id)
	if e == nil {
		return nil, errNotFound
	}
	d, _, err := s.readDoc(ctx, id)
	switch {
	case errors.Is(err, engine.ErrNotFound):
		return nil, errNotFound
	case err != nil:
		return nil, err
	case d.head.deleted || s.index.head(e).deleted:
		return nil, errNotFound
	}
	return d, nil
}

// readDoc reads what is stored of a session.
func (s *Server) readDoc(ctx context.Context, id string) (*doc, uint64, error) {
	kept, err := s.docs.Get(ctx, id)
	if err != nil {
		return nil, 0, storeError(err)
	}
	d, err := decodeDoc(kept.Value)
	if err != nil {
		return nil, 0, fmt.Errorf("session %s: %w", id, err)
	}
	return d, kept.Revision, nil
}
