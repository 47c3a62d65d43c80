package server

import (
	"time"
)

// Frame is one message of the WebSocket and of server-sent events, both ways.
type Frame struct {
	Type      string         `json:"type"`
	Content   string         `json:"content,omitempty"`
	Sender    string         `json:"sender,omitempty"`
	Receiver  string         `json:"receiver,omitempty"`
	Timestamp string         `json:"timestamp"`
	Metadata  map[string]any `json:"metadata,omitempty"`
}

// timestamp writes a time as the contract does: RFC 3339, UTC, microseconds.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }
