package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"github.com/agentconnect-dev/agentconnect/engine"
)

func (s *Server) agentRoutes() []route {
	const one = "/agents/{agent_id}"
	return []route{
		{method: "GET", path: "/agents/list", class: classAgent, handle: s.listAgents},
		{method: "GET", path: "/agents/status/{agent_id}", class: classAgent, handle: s.agentStatus},
		{method: "POST", path: "/agents/register", class: classAgent, handle: s.registerAgent},
		{method: "POST", path: one + "/message", class: classAgent, handle: s.messageAgent},
		{method: "GET", path: one + "/capabilities", class: classAgent, handle: s.agentCapabilities},
		{method: "DELETE", path: one, class: classAgent, handle: s.unregisterAgent},
	}
}

// The kinds of participants.
const (
	typeAI    = "ai"
	typeHuman = "human"
)

// userPrefix begins the ids of people.
const userPrefix = "user_"

// AgentStatus is what a client learns about an agent, or about a person.
type AgentStatus struct {
	AgentID   string `json:"agent_id"`
	AgentType string `json:"agent_type"` // ai or human
	Name      string `json:"name,omitempty"`
	Status    string `json:"status"` // active, inactive, cooldown or error
	// LastActive is when it last did something; before that, when it was made.
	LastActive       string   `json:"last_active"`
	Capabilities     []string `json:"capabilities"`
	InteractionModes []string `json:"interaction_modes"`
	OwnerID          string   `json:"owner_id"`
	// IsRunning says that its turn is under way.
	IsRunning    bool `json:"is_running"`
	MessageCount int  `json:"message_count"`
	// Metadata is its own, with provider, model, cooldown_until and
	// active_conversations.
	Metadata map[string]any `json:"metadata"`
}

func (s *Server) agentStatus(w http.ResponseWriter, r *http.Request) error {
	a, person, err := s.whom(r, true)
	if err != nil {
		return err
	}
	var status AgentStatus
	if a != nil {
		status, err = s.census().status(r.Context(), a)
	} else {
		status, err = s.census().person(r.Context(), person)
	}
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, status)
	return nil
}

// agentAbilities is what an agent can do.
type agentAbilities struct {
	AgentID          string   `json:"agent_id"`
	AgentType        string   `json:"agent_type"`
	Capabilities     []string `json:"capabilities"`
	InteractionModes []string `json:"interaction_modes"`
	Personality      string   `json:"personality"`
	OwnerID          string   `json:"owner_id"`
	Timestamp        string   `json:"timestamp"`
}

func (s *Server) agentCapabilities(w http.ResponseWriter, r *http.Request) error {
	a, person, err := s.whom(r, true)
	if err != nil {
		return err
	}
	out := agentAbilities{AgentType: typeHuman, Capabilities: []string{}, InteractionModes: []string{"human_to_agent"}, Timestamp: timestamp(time.Now())}
	if a == nil {
		out.AgentID, out.OwnerID = userID(person.name), userID(person.name)
	} else {
		out.AgentID, out.AgentType, out.OwnerID, out.Personality = a.id, typeAI, userID(a.owner), a.personality
		out.Capabilities, out.InteractionModes = listOf(a.capabilities), listOf(a.modes)
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// person is somebody who is asked about by a user_ id.
type person struct {
	name  string
	since time.Time // of activity that no session tells of
}

// whom finds who a path is about: an agent, or else a person. Others' are
// forbidden, but to an admin who only reads.
func (s *Server) whom(r *http.Request, reads bool) (*agentRecord, person, error) {
	p, id := caller(r), mux.Vars(r)["agent_id"]
	a, err := s.agentOf(r.Context(), p, id)
	if err == nil || a != nil && reads && p.admin() {
		return a, person{}, nil
	}
	name, isPerson := strings.CutPrefix(id, userPrefix)
	switch {
	case a != nil || !isPerson:
		return nil, person{}, err
	case name == p.Name:
		return nil, person{name, p.issued}, nil
	case !reads || !p.admin(): // whether there is such a user is nobody's business
		return nil, person{}, errForbidden
	case !s.index.has(name):
		return nil, person{}, errNotFound
	default:
		return nil, person{name: name}, nil
	}
}

// agentOf finds a person's agent: not found when there is none, and forbidden
// beside the agent when it is somebody else's.
func (s *Server) agentOf(ctx context.Context, p principal, id string) (*agentRecord, error) {
	a, err := s.agent(ctx, id)
	switch {
	case errors.Is(err, engine.ErrNotFound):
		return nil, errNotFound
	case err != nil:
		return nil, err
	case a.owner != p.Name:
		return a, errForbidden
	}
	return a, nil
}
