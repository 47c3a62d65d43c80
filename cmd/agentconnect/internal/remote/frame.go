package remote

import (
	"encoding/json"
	"errors"
	"time"
)

// Frame is a message of the server.
type Frame struct {
	Type      string    `json:"type"`
	Content   string    `json:"content"`
	Sender    string    `json:"sender"`
	Receiver  string    `json:"receiver"`
	Timestamp time.Time `json:"timestamp"`
	Metadata  Metadata  `json:"metadata"`
	// Raw is the frame as it came.
	Raw []byte `json:"-"`
}

// Metadata is what a frame tells beside its content. Each type of frame has
// some of it.
type Metadata struct {
	Role       string `json:"role"`
	Code       string `json:"code"`
	Event      string `json:"event"`
	Seq        uint64 `json:"seq"`
	Prev       uint64 `json:"prev"`
	Head       uint64 `json:"head"`
	OldestSeq  uint64 `json:"oldest_seq"`
	ClientID   string `json:"client_id"`
	Turn       int    `json:"turn"`
	AgentID    string `json:"agent_id"`
	Structured bool   `json:"structured"`

	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
	Stop    string `json:"stop"`
	Kind    string `json:"kind"`
	Skipped bool   `json:"skipped"`
	Redo    bool   `json:"redo"`

	Tool   string `json:"tool"`
	CallID string `json:"call_id"`

	Arguments json.RawMessage `json:"arguments"`

	Attempt int    `json:"attempt"`
	Until   string `json:"until"`
	From    string `json:"from"`
	To      string `json:"to"`

	CooldownUntil string `json:"cooldown_until"`

	// Note is what a person is asked.
	Note string `json:"note"`
	// Limit is a budget of which Used of Most are used.
	Limit string  `json:"limit"`
	Used  float64 `json:"used"`
	Most  float64 `json:"most"`

	AskedAs  string          `json:"asked_as"`
	Decides  bool            `json:"decides"`
	Decision json.RawMessage `json:"decision"`

	// Of patterns: who is chosen, how a vote goes, what is planned.
	Pattern string   `json:"pattern"`
	Next    string   `json:"next"`
	By      string   `json:"by"`
	Why     string   `json:"why"`
	Route   string   `json:"route"`
	Choice  string   `json:"choice"`
	Score   *float64 `json:"score"`
	Casting bool     `json:"casting"`
	Spoiled bool     `json:"spoiled"`
	Ballots int      `json:"ballots"`
	Items   int      `json:"items"`
	Number  int      `json:"number"`
	Steps   []Step   `json:"steps"`

	Details struct {
		RetryAfter float64 `json:"retry_after"` // seconds
		Field      string  `json:"field"`
	} `json:"details"`
}

// Step is a step of a plan.
type Step struct {
	Agent string `json:"agent"`
	Task  string `json:"task"`
}

// UnmarshalJSON implements [json.Unmarshaler]. People may put what they like
// into the metadata of their messages, also under these names: what is of
// another type is passed over.
func (m *Metadata) UnmarshalJSON(text []byte) error {
	type plain Metadata
	err := json.Unmarshal(text, (*plain)(m))
	if _, other := errors.AsType[*json.UnmarshalTypeError](err); other {
		return nil
	}
	return err
}

// The codes with which the server closes a connection.
const (
	closeNormal      = 1000
	closeNotUTF8     = 1007
	closeTooBig      = 1009
	closeNoSession   = 4001
	closeDeleted     = 4002
	closeAuth        = 4003
	closeRateLimited = 4004
)
