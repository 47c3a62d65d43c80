package engine

import (
	"context"
	"iter"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// Recall gives what conditions read at the end of a log, by its template. A log
// that does not fit gives an error.
func Recall(ctx context.Context, t *Template, log iter.Seq2[Event, error]) (*specs.Env, error) {
	st := newState(t, "")
	for e, err := range log {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return nil, err
		}
		if err := st.take(&e); err != nil {
			return nil, err
		}
	}
	if st.head == 0 {
		return nil, ErrNotFound
	}
	st.env.Elapsed = st.elapsed(st.last).Seconds()
	return st.envAt(nil), nil
}
