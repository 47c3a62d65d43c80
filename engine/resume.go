package engine

import (
	"context"
	"fmt"
)

// Resume goes on with a session from its log: where it waited it waits again,
// and what a crash cut short is made again. A call that was in flight is made
// once more; a tool call without a result is made again if the tool is
// idempotent, otherwise the model is told that the result is unknown. The
// template must be the one that the session was started from. Resuming an
// ended session returns [ErrEnded].
func (e *Engine) Resume(ctx context.Context, t *Template, id string) (*Session, error) {
	return e.revive(ctx, t, id, (*Session).takeOver)
}

// revive makes a session of its log. While it does, no other call revives the
// same session: what it has read would no longer be all of the log.
func (e *Engine) revive(ctx context.Context, t *Template, id string, begin func(*Session)) (*Session, error) {
	revived, err := e.awaitPlace(ctx, id)
	if err != nil {
		return nil, err
	}
	defer revived()
	st, saved, err := e.load(ctx, t, id)
	if err != nil {
		return nil, err
	}
	switch {
	case st.ended != nil:
		return nil, ErrEnded
	case st.copying != 0:
		return nil, fmt.Errorf("session %s: the copy that it was made of is not complete: %w", id, ErrDamaged)
	}
	return e.goOn(ctx, st, func(s *Session) {
		s.snaps.seq = saved
		begin(s)
	})
}

// awaitPlace waits until a session is not here and nobody else revives it. It gives
// what lets the next one revive it.
func (e *Engine) awaitPlace(ctx context.Context, id string) (revived func(), err error) {
	done := make(chan struct{})
	err = e.inTurn(ctx, func() (<-chan struct{}, error) {
		if other := e.revivals[id]; other != nil {
			return other, nil
		}
		first, err := e.vacated(id)
		if first == nil && err == nil {
			e.revivals[id] = done
		}
		return first, err
	})
	return func() {
		e.mu.Lock()
		delete(e.revivals, id)
		e.mu.Unlock()
		close(done)
	}, err
}

// inTurn tries something under the engine's lock until there is nothing that must
// be over first.
func (e *Engine) inTurn(ctx context.Context, try func() (first <-chan struct{}, err error)) error {
	for {
		e.mu.Lock()
		first, err := try()
		e.mu.Unlock()
		if err != nil || first == nil {
			return err
		}
		select {
		case <-first:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// vacated is closed when the session of an id is gone; nil when there is none. One
// that is not being let go is an error. The caller has the engine's lock.
func (e *Engine) vacated(id string) (<-chan struct{}, error) {
	before := e.sessions[id]
	switch {
	case before == nil:
		return nil, nil //nolint:nilnil // its place is free
	case !before.over():
		return nil, fmt.Errorf("session %s is already here: %w", id, ErrConflict)
	default:
		return before.ended, nil
	}
}

// goOn makes a session of a state and begins with something.
func (e *Engine) goOn(ctx context.Context, st *State, begin func(*Session)) (*Session, error) {
	s, err := e.adopt(ctx, st)
	if err != nil {
		return nil, err
	}
	_, err = s.command(ctx, func(s *Session) answer {
		begin(s)
		return answer{}
	})
	if err != nil {
		_ = s.post(letGo{err}) // it may be gone already
		return nil, err
	}
	return s, nil
}

// next folds the event that a log gives next, if it fits.
func (st *State) next(ev *Event) error {
	if c, ok := ev.Data.(*Created); ok && c.Hash != st.t.Hash {
		return fmt.Errorf("session %s: %w", st.session, ErrTemplate)
	}
	return st.take(ev)
}
