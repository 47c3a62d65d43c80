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

// revive makes a session of its log.
func (e *Engine) revive(ctx context.Context, t *Template, id string, begin func(*Session)) (*Session, error) {
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
