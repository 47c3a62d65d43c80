package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// agentRegistered is the answer to a registration.
type agentRegistered struct {
	AgentID          string   `json:"agent_id"`
	Status           string   `json:"status"` // always registered
	Name             string   `json:"name"`
	Provider         string   `json:"provider"`
	Model            string   `json:"model"`
	Capabilities     []string `json:"capabilities"`
	InteractionModes []string `json:"interaction_modes"`
	OwnerID          string   `json:"owner_id"`
	Timestamp        string   `json:"timestamp"`
}

// registerAgent makes an agent that belongs to no session and can be written
// to by others.
func (s *Server) registerAgent(w http.ResponseWriter, r *http.Request) error {
	var body json.RawMessage
	if err := decode(r, &body); err != nil {
		return err
	}
	a, err := s.readAgent(body)
	if err != nil {
		return err
	}
	a.owner, a.created = caller(r).Name, time.Now().UTC()
	if err := s.registered.add(r.Context(), a); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, agentRegistered{
		AgentID: a.id, Status: "registered", Name: a.name, Provider: a.provider, Model: a.model, Capabilities: listOf(a.capabilities),
		InteractionModes: listOf(a.modes), OwnerID: userID(a.owner), Timestamp: timestamp(a.created),
	})
	return nil
}

// readAgent reads the body of a registration.
func (s *Server) readAgent(body json.RawMessage) (*agentRecord, error) {
	f := bodyFields(body)
	a := &agentRecord{
		name: f.needed("name", maxName), provider: f.needed("provider", maxName), model: f.text("model", maxModelName),
		personality: f.text("personality", maxPersonality), metadata: f.metadata(),
		capabilities: f.texts("capabilities", maxCapabilities),
		modes:        f.texts("interaction_modes", 2, "human_to_agent", "agent_to_agent"),
	}
	if a.provider != "" {
		entry, ok := s.cfg.Models[a.provider]
		if !ok {
			f.wrong("unknown_provider", s.unknownProvider(a.provider, nil), "provider")
		}
		if a.model == "" {
			a.model = entry.Settings.Model
		}
	}
	if a.capabilities == nil {
		a.capabilities = []string{"conversation"}
	}
	if a.modes == nil {
		a.modes = []string{"human_to_agent", "agent_to_agent"}
	}
	a.key = keyFrom(a.name)
	a.id = engine.NewID(a.key + "_")
	return a, f.err()
}

// keyFrom makes a key of a name that may be any text.
func keyFrom(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	key := strings.Trim(b.String(), "_")
	if !keyText(key) {
		return "agent"
	}
	return key
}

// agentUnregistered is the answer to an unregistration.
type agentUnregistered struct {
	AgentID   string `json:"agent_id"`
	Status    string `json:"status"` // always unregistered
	Timestamp string `json:"timestamp"`
}

// unregisterAgent forgets an agent, and with it the direct talks that it has
// had. An agent of a live session is a part of it and stays.
func (s *Server) unregisterAgent(w http.ResponseWriter, r *http.Request) error {
	a, _, err := s.whom(r, false)
	switch {
	case err != nil:
		return err
	case a == nil:
		return errPerson
	case a.session != nil && !ended(a.session):
		return errInSession
	}
	if a.session != nil {
		err = s.removeAgent(r.Context(), a)
	} else {
		err = s.registered.remove(r.Context(), a.id)
	}
	if err != nil {
		return err
	}
	talks, err := s.talksOf(r.Context(), a.owner)
	if err != nil {
		return err
	}
	for _, rec := range talks {
		if rec.keyOf(a.id) == "" {
			continue
		}
		if err := s.removeSession(r.Context(), rec); err != nil && !errors.Is(err, errNotFound) {
			return err
		}
	}
	writeJSON(w, http.StatusOK, agentUnregistered{AgentID: a.id, Status: "unregistered", Timestamp: timestamp(time.Now())})
	return nil
}

var (
	errAgentLimit = &apiError{status: http.StatusTooManyRequests, code: "AGENT_LIMIT", detail: "you have registered as many agents as one person may have; unregister one"}
	errInSession  = &apiError{status: http.StatusConflict, code: "AGENT_IN_SESSION", detail: "the agent is a part of a live session; stop or delete that session"}
	errPerson     = &apiError{status: http.StatusConflict, code: "NOT_AN_AGENT", detail: "this is a person, who cannot be unregistered"}
)
