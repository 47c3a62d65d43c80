package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// amend changes what is stored of a session. The change is made again when
// somebody else was faster; it says whether there is anything to store.
func (s *Server) amend(ctx context.Context, rec *record, change func(*doc) bool) error {
	if err := enter(ctx, rec.pen); err != nil {
		return err
	}
	defer leave(rec.pen)
	for {
		kept, rev := rec.stored()
		d := *kept
		if !change(&d) {
			return nil
		}
		value, err := d.encode()
		if err != nil {
			return err
		}
		rev, err = s.docs.Update(ctx, rec.id, value, rev)
		switch {
		case err == nil:
			rec.keep(&d, rev)
			s.index.put(rec.id, d.head, rev)
			return nil
		case !errors.Is(err, engine.ErrConflict):
			return storeError(err)
		}
		if err := s.refresh(ctx, rec); err != nil {
			return err
		}
	}
}

// keep stores the doc of a session whose events are there already, over what
// announced it.
func (s *Server) keep(ctx context.Context, id string, d *doc, rev uint64) error {
	value, err := d.encode()
	if err != nil {
		return err
	}
	rev, err = s.docs.Update(ctx, id, value, rev)
	if err != nil {
		return storeError(err)
	}
	s.agenda.soon(s.index.put(id, d.head, rev))
	return nil
}

// refresh reads a session's doc again.
func (s *Server) refresh(ctx context.Context, rec *record) error {
	d, rev, err := s.readDoc(ctx, rec.id)
	if err == nil {
		rec.keep(d, rev)
	}
	return err
}

// storeError is an error of a table; all but those about the record mean that
// the store cannot be used.
func storeError(err error) error {
	switch {
	case err == nil, errors.Is(err, engine.ErrNotFound), errors.Is(err, engine.ErrConflict), errors.Is(err, engine.ErrOwned),
		errors.Is(err, engine.ErrJournal), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return err
	default:
		return fmt.Errorf("%w: %w", engine.ErrJournal, err)
	}
}

// enter takes a lock that is waited for no longer than the context lasts.
func enter(ctx context.Context, lock chan struct{}) error {
	select {
	case lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func leave(lock chan struct{}) { <-lock }
