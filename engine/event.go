package engine

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Event is something that happened in a session. Events are numbered without
// gaps from 1; they are the only output of a session and its only memory.
// A live event (a delta) has Seq 0 and is never stored.
type Event struct {
	Seq     uint64
	Time    time.Time
	Session string
	// Turn is the turn that the event belongs to, from 1; 0 outside of turns.
	Turn int
	// Agent is the bare name of the participant that the event is about.
	Agent string
	// Pattern is the path of the pattern in which it happened: debate/exchange.
	Pattern string
	// Cause is the seq of the event that led to this one; 0 is a command or
	// the clock.
	Cause uint64
	// Usage is what a call to a model used.
	Usage *providers.Usage
	Data  Data
}

// ID is unique over all sessions.
func (e *Event) ID() string { return e.Session + "." + strconv.FormatUint(e.Seq, 10) }

// Type says what happened.
func (e *Event) Type() Type { return e.Data.Type() }

// Data is what an event tells beyond its envelope. The set of its types is
// closed; see the table in newData.
type Data interface{ Type() Type }

// Type names a kind of event.
type Type string

type envelope struct {
	Seq     uint64           `json:"seq,omitempty"`
	ID      string           `json:"id,omitempty"`
	Time    time.Time        `json:"time"`
	Session string           `json:"session"`
	Turn    int              `json:"turn,omitempty"`
	Agent   string           `json:"agent,omitempty"`
	Pattern string           `json:"pattern,omitempty"`
	Cause   uint64           `json:"cause,omitempty"`
	Type    Type             `json:"type"`
	Data    json.RawMessage  `json:"data"`
	Usage   *providers.Usage `json:"usage,omitempty"`
}

// MarshalJSON writes the envelope with its data.
func (e Event) MarshalJSON() ([]byte, error) {
	data, err := json.Marshal(e.Data)
	if err != nil {
		return nil, err
	}
	env := envelope{
		Seq: e.Seq, Time: e.Time, Session: e.Session, Turn: e.Turn, Agent: e.Agent,
		Pattern: e.Pattern, Cause: e.Cause, Type: e.Type(), Data: data, Usage: e.Usage,
	}
	if e.Seq != 0 {
		env.ID = e.ID()
	}
	return json.Marshal(env)
}

// UnmarshalJSON reads what MarshalJSON wrote. An unknown type is an error.
func (e *Event) UnmarshalJSON(b []byte) error {
	var env envelope
	if err := json.Unmarshal(b, &env); err != nil {
		return err
	}
	data := newData(env.Type)
	if data == nil {
		return fmt.Errorf("event %d: unknown type %q", env.Seq, env.Type)
	}
	if len(env.Data) > 0 {
		if err := json.Unmarshal(env.Data, data); err != nil {
			return fmt.Errorf("event %d: %s: %w", env.Seq, env.Type, err)
		}
	}
	*e = Event{
		Seq: env.Seq, Time: env.Time, Session: env.Session, Turn: env.Turn, Agent: env.Agent,
		Pattern: env.Pattern, Cause: env.Cause, Usage: env.Usage, Data: data,
	}
	return nil
}
