package engine

import (
	"context"
	"iter"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// Recall gives what conditions read at the end of a log, by its template. A log
// that does not fit gives an error.
func Recall(ctx context.Context, t *Template, log iter.Seq2[Event, error]) (*specs.Env, error) {
	st, err := foldLog(ctx, t, log, func(*State, *Event) bool { return true })
	if err != nil {
		return nil, err
	}
	return st.envAt(nil), nil
}

// foldLog folds a log that somebody asks about. More is shown the state before each
// event, and the event, and says whether it is taken; the first that is not ends it.
func foldLog(ctx context.Context, t *Template, log iter.Seq2[Event, error], more func(*State, *Event) bool) (*State, error) {
	st := newState(t, "")
	for e, err := range log {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return nil, err
		}
		if !more(st, &e) {
			break
		}
		if err := st.take(&e); err != nil {
			return nil, err
		}
	}
	if st.head == 0 {
		return nil, ErrNotFound
	}
	return st, nil
}
