package engine

import (
	"context"
	"iter"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// Explanation says why a session ended, or how far it is from each of its
// limits and stop conditions and what it waits for.
type Explanation struct {
	// Outcome and Reason are set when the session has ended.
	Outcome Outcome `json:"outcome,omitempty"`
	Reason  *Reason `json:"reason,omitempty"`
	// Waiting says what a session that lives waits for.
	Waiting string `json:"waiting,omitempty"`
	// Limits are the bounds that count or measure something.
	Limits []Progress `json:"limits,omitempty"`
	// Stops are the stop conditions; of an ended session as they were when the
	// one that ended it fired.
	Stops []Progress     `json:"stops,omitempty"`
	Turns int            `json:"turns"`
	Calls int            `json:"calls"`
	Usage specs.EnvUsage `json:"usage"`
}

// Progress is how far a limit or a condition is.
type Progress struct {
	// Address is limits.max_turns, stop.agreed, pattern.talk.max_rounds …
	Address string `json:"address"`
	// Text is for a person.
	Text string `json:"text"`
	// Value and Bound are those of a limit, as a person writes them: 12, 2m30s.
	Value string `json:"value,omitempty"`
	Bound string `json:"bound,omitempty"`
	// Fraction is how much of the bound is used, from 0 to 1; of a condition it
	// is the part of its parts that hold.
	Fraction float64 `json:"fraction"`
	// Holds says that a limit is reached or a condition true.
	Holds bool `json:"holds,omitempty"`
	// Seen are the values that a condition reads.
	Seen []Seen `json:"seen,omitempty"`
	// Parts are what a condition is made of.
	Parts []Progress `json:"parts,omitempty"`
}

// Explain says why a session ended, or how far it is, from its template and its
// log alone. A log that does not fit gives an error.
func Explain(ctx context.Context, t *Template, log iter.Seq2[Event, error]) (Explanation, error) {
	st := newState(t, "")
	for e, err := range log {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return Explanation{}, err
		}
		if err := st.take(&e); err != nil {
			return Explanation{}, err
		}
	}
	if st.head == 0 {
		return Explanation{}, ErrNotFound
	}
	x := Explanation{Turns: st.env.Turns, Calls: st.env.Calls, Usage: st.env.Usage}
	if st.ended != nil {
		x.Outcome, x.Reason = st.ended.Outcome, &st.ended.Reason
	}
	return x, nil
}
