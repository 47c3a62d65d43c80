package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"golang.org/x/sync/singleflight"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// talks are the direct sessions that are being opened.
type talks struct {
	opening singleflight.Group
	table   engine.Table
}

// pairKey is the key of the talk of two agents, in either order.
func pairKey(a, b string) string {
	sum := sha256.Sum256([]byte(min(a, b) + "\x00" + max(a, b)))
	return hex.EncodeToString(sum[:])
}

// between is the live talk of two agents, or nil, and the revision of what is
// known of it.
func (s *Server) between(ctx context.Context, key string) (*record, uint64, error) {
	kept, err := s.talks.table.Get(ctx, key)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, storeError(err)
	}
	rec, err := s.lookup(ctx, string(kept.Value))
	switch {
	case errors.Is(err, engine.ErrNotFound), err == nil && (ended(rec) || rec.gone()):
		return nil, kept.Revision, nil
	case err != nil:
		return nil, 0, err
	}
	return rec, kept.Revision, nil
}

// talksOf are an owner's direct talks that were not deleted.
func (s *Server) talksOf(ctx context.Context, owner string) ([]*record, error) {
	var list []*record
	for _, id := range s.index.talksOf(owner) {
		rec, err := s.lookup(ctx, id)
		switch {
		case errors.Is(err, engine.ErrNotFound): // it was removed meanwhile
		case err != nil:
			return nil, err
		default:
			list = append(list, rec)
		}
	}
	return list, nil
}

// talk finds the live direct session of two agents, or opens one.
func (s *Server) talk(ctx context.Context, p principal, a, b *agentRecord) (*record, error) {
	key := pairKey(a.id, b.id)
	got, err, _ := s.talks.opening.Do(key, func() (any, error) {
		rec, rev, err := s.between(ctx, key)
		if rec != nil || err != nil {
			return rec, err
		}
		return s.openTalk(ctx, p, key, rev, directRequest(a, b))
	})
	if err != nil {
		return nil, err
	}
	return got.(*record), nil //nolint:forcetypeassert // the function above gives nothing else
}

// openTalk opens a talk, unless another node is faster.
func (s *Server) openTalk(ctx context.Context, p principal, key string, rev uint64, in createRequest) (*record, error) {
	if err := s.takeAlong(ctx, &in); err != nil {
		return nil, err
	}
	rec, err := s.startSession(ctx, p, in)
	if err != nil {
		return nil, err
	}
	_, err = s.talks.table.Update(ctx, key, []byte(rec.id), rev)
	if err == nil {
		return rec, nil
	}
	if gone := s.removeSession(ctx, rec); gone != nil {
		s.log.WarnContext(ctx, "a talk too many stays", "session", rec.id, "error", gone)
	}
	if !errors.Is(err, engine.ErrConflict) {
		return nil, storeError(err)
	}
	other, _, err := s.between(ctx, key)
	if other == nil && err == nil {
		err = engine.ErrConflict
	}
	return other, err
}

// takeAlong finds where the agents of a direct talk come from.
func (s *Server) takeAlong(ctx context.Context, in *createRequest) error {
	for i := range in.agents {
		a, err := s.agent(ctx, in.agents[i].id)
		if err != nil {
			return err // it was removed meanwhile
		}
		if a.session == nil {
			continue
		}
		p, err := s.planFor(ctx, a.session)
		if err != nil {
			return err
		}
		in.agents[i].taken = &takenAgent{p, a.key}
	}
	return nil
}
