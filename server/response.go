package server

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// SessionResponse is what a client learns about a session.
type SessionResponse struct {
	SessionID   string               `json:"session_id"`
	Type        string               `json:"type"` // always system
	CreatedAt   string               `json:"created_at"`
	Status      string               `json:"status"`
	SessionType string               `json:"session_type"`
	Agents      object[SessionAgent] `json:"agents"`
	Metadata    map[string]any       `json:"metadata,omitzero"`
	Template    string               `json:"template,omitempty"`
	// Outcome and Stop are set once it has ended; Stop is the address of what
	// ended it.
	Outcome string       `json:"outcome,omitempty"`
	Stop    string       `json:"stop,omitempty"`
	Usage   SessionUsage `json:"usage"`
	Seq     uint64       `json:"seq"`
	// ForkedFrom is the session that it was copied from.
	ForkedFrom string `json:"forked_from,omitempty"`
}

// SessionAgent is an agent of a session, for clients.
type SessionAgent struct {
	AgentID      string         `json:"agent_id"`
	Provider     string         `json:"provider"`
	Model        string         `json:"model"`
	Capabilities []string       `json:"capabilities"`
	Personality  string         `json:"personality,omitempty"`
	Status       string         `json:"status"`
	Metadata     map[string]any `json:"metadata,omitzero"`
}

// SessionUsage is what the calls of a session used.
type SessionUsage struct {
	InputTokens  int `json:"input_tokens"`
	OutputTokens int `json:"output_tokens"`
	TotalTokens  int `json:"total_tokens"`
	// Cost is in USD, null when the price of a call is not known.
	Cost *float64 `json:"cost"`
}

// The states of a session.
const (
	statusInitializing = "initializing"
	statusActive       = "active"
	statusPaused       = "paused"
	statusCompleted    = "completed"
	statusStopped      = "stopped"
	statusFailed       = "failed"
	statusExpired      = "expired"
)

// sessionResponse describes a session as it is now.
func (s *Server) sessionResponse(ctx context.Context, rec *record, fresh bool) (SessionResponse, error) {
	v, err := s.look(ctx, rec, fresh)
	if err != nil {
		return SessionResponse{}, err
	}
	return describe(rec, &v), nil
}

func describe(rec *record, v *view) SessionResponse {
	d, _ := rec.stored()
	out := SessionResponse{
		SessionID: rec.id, Type: "system", CreatedAt: timestamp(rec.created), Status: v.status, SessionType: rec.sessionType,
		Agents: object[SessionAgent]{}, Metadata: rec.metadata, Template: rec.template, Outcome: v.outcome, Stop: v.stop,
		Usage: v.usage, Seq: v.seq, ForkedFrom: d.ForkedFrom,
	}
	for _, a := range rec.agents {
		out.Agents = append(out.Agents, member[SessionAgent]{a.key, SessionAgent{
			AgentID: a.id, Provider: a.provider, Model: a.model, Capabilities: listOf(a.capabilities),
			Personality: a.personality, Status: agentState(v.activity[a.key], v.status), Metadata: a.metadata,
		}})
	}
	return out
}

// statusOf is the state of a session that has not failed.
func statusOf(info *engine.Info) string {
	switch {
	case info.Ended != nil:
		return statusOfOutcome(info.Ended.Outcome)
	case info.Paused:
		return statusPaused
	case info.Started.IsZero():
		return statusInitializing
	default:
		return statusActive
	}
}

func statusOfOutcome(o engine.Outcome) string {
	switch o {
	case engine.Achieved:
		return statusCompleted
	case engine.Exhausted, engine.Blocked, engine.Cancelled:
		return statusStopped
	case engine.Expired:
		return statusExpired
	default:
		return statusFailed
	}
}

// agentState is an agent's state within a session in the given state.
func agentState(p docActivity, session string) string {
	switch {
	case session == statusFailed:
		return "error"
	case session == statusCompleted, session == statusStopped, session == statusExpired:
		return "inactive"
	case p.Cooldown.After(time.Now()):
		return "cooldown"
	default:
		return "active"
	}
}

// listOf is a list that is never null in JSON.
func listOf[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// A reply is an answer that is ready to be written, and to be kept.
type reply struct {
	status int
	body   []byte
}

func (r reply) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body) // nobody is left to hear that it failed
}

func replyOf(status int, v any) (reply, error) {
	body, err := json.Marshal(v)
	return reply{status, body}, err
}

// replyWith is a reply with what a session looks like now.
func (s *Server) replyWith(ctx context.Context, rec *record, status int) (reply, error) {
	out, err := s.sessionResponse(ctx, rec, true)
	if err != nil {
		return reply{}, err
	}
	return replyOf(status, out)
}

// prefersRepresentation says whether a request wants an answer with a body.
func prefersRepresentation(r *http.Request) bool {
	for _, line := range r.Header.Values("Prefer") {
		for p := range strings.FieldsFuncSeq(line, func(c rune) bool { return c == ',' || c == ';' }) {
			if strings.EqualFold(strings.ReplaceAll(strings.TrimSpace(p), " ", ""), "return=representation") {
				return true
			}
		}
	}
	return false
}
