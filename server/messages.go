package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// maxContent bounds a message, in bytes; it is the engine's own bound.
const maxContent = 256 << 10

// incoming is a message from outside.
type incoming struct {
	Content string
	// Sender is the id or the key of an agent that the person speaks through,
	// or empty.
	Sender string
	// Receiver is the id or the key of an agent of the session, or empty.
	Receiver string
	// ClientID makes a repeat harmless.
	ClientID string
	Metadata map[string]any
	// Structured is shown to the model as JSON, beside the content.
	Structured any
}

// say brings a person's message into a session.
func (s *Server) say(ctx context.Context, rec *record, _ principal, m incoming) (engine.Receipt, error) {
	sender, err := rec.participant(m.Sender)
	if err != nil {
		return engine.Receipt{}, err
	}
	receiver, err := rec.participant(m.Receiver)
	if err != nil {
		return engine.Receipt{}, err
	}
	content, metadata := m.Content, m.Metadata
	if m.Structured != nil {
		text, err := json.Marshal(m.Structured)
		if err != nil {
			return engine.Receipt{}, err
		}
		content += "\n\n" + string(text)
		metadata = maps.Clone(metadata)
		if metadata == nil {
			metadata = map[string]any{}
		}
		metadata["structured_data"] = m.Structured
	}
	if content == "" || len(content) > maxContent {
		return engine.Receipt{}, invalid(fieldError{
			Loc: []any{"body", "content"}, Type: "string_length", Msg: fmt.Sprintf("a message has 1 to %d bytes; this one has %d", maxContent, len(content)),
		})
	}
	d, err := s.order(ctx, rec, order{Do: orderSay, Message: &engine.Message{
		Content: content, Sender: sender, Receiver: receiver, Metadata: metadata, ClientID: m.ClientID,
	}})
	return d.Receipt, err
}

// participant is the bare name of who has an id in the session.
func (r *record) participant(id string) (string, error) {
	if id == "" {
		return "", nil
	}
	for _, a := range r.agents {
		if a.id == id || a.key == id {
			return a.key, nil
		}
	}
	if d, _ := r.stored(); slices.Contains(d.People, id) {
		return id, nil
	}
	return "", fmt.Errorf("participant %q: %w", brief(id), engine.ErrUnknownParticipant)
}

// accepted is the answer to a message.
type accepted struct {
	Status    string `json:"status"`
	MessageID string `json:"message_id"`
	Seq       uint64 `json:"seq"`
	Timestamp string `json:"timestamp"`
}

func (s *Server) postMessage(w http.ResponseWriter, r *http.Request) error {
	return s.once(w, r, "messages "+sessionID(r), func(body json.RawMessage, id string) (reply, error) {
		rec, err := s.ofRequest(r)
		if err != nil {
			return reply{}, err
		}
		f := bodyFields(body)
		m := incoming{Content: f.needed("content", maxContent), Metadata: f.metadata()}
		m.ClientID, _ = m.Metadata["client_id"].(string)
		m.ClientID = cmp.Or(m.ClientID, strings.TrimPrefix(id, sessionPrefix))
		if err := f.err(); err != nil {
			return reply{}, err
		}
		ctx := context.WithoutCancel(r.Context()) // a client that is gone may ask again
		receipt, err := s.say(ctx, rec, caller(r), m)
		if err != nil {
			return reply{}, err
		}
		at, err := s.timeOf(ctx, rec, receipt.Seq)
		if err != nil {
			return reply{}, err
		}
		e := engine.Event{Session: rec.id, Seq: receipt.Seq}
		return replyOf(http.StatusAccepted, accepted{"accepted", e.ID(), receipt.Seq, timestamp(at)})
	})
}

var errNoEvent = errors.New("the event is not in the journal")

// timeOf is when an event happened.
func (s *Server) timeOf(ctx context.Context, rec *record, seq uint64) (time.Time, error) {
	for e, err := range s.cfg.Store.Read(ctx, rec.id, seq-1) {
		if err != nil {
			return time.Time{}, err
		}
		return e.Time, nil
	}
	return time.Time{}, errNoEvent
}
