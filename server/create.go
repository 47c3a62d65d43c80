package server

import (
	"encoding/json"
	"fmt"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// The types of sessions.
const (
	humanAgent = "human_agent"
	agentAgent = "agent_agent"
)

// The bounds of a request to create a session.
const (
	maxAgents       = 64
	maxVariables    = 256
	maxName         = 64       // bytes of a key or a name
	maxModelName    = 256      // bytes
	maxPersonality  = 16 << 10 // bytes
	maxCapabilities = 64
)

// createRequest is what a session is made from.
type createRequest struct {
	id          string // of the session; made when empty
	sessionType string // empty when the template fixes it
	agents      []agentRequest
	modes       []string
	metadata    map[string]any
	template    string
	variables   object[json.RawMessage]
	// history is what was said before, elsewhere.
	history []engine.Said
	// direct is a talk of two agents.
	direct bool
}

// agentRequest is an agent of a request, or what it changes in an agent of its
// template.
type agentRequest struct {
	// id is that of an agent which exists already, in a direct talk.
	id                           string
	key                          string
	provider, model, personality string
	capabilities                 []string
	metadata                     map[string]any
	// taken says where the agent of a direct talk comes from; nil for one that
	// is in no session.
	taken *takenAgent
}

// readCreate reads the body of a request to create a session. The error names
// everything that is wrong with its form.
func readCreate(body json.RawMessage) (createRequest, error) {
	f := bodyFields(body)
	in := createRequest{
		sessionType: f.text("session_type", maxName),
		template:    f.text("template", maxName),
		modes:       f.texts("interaction_modes", 2, "human_to_agent", "agent_to_agent"),
		metadata:    f.metadata(),
	}
	if in.sessionType != "" && in.sessionType != humanAgent && in.sessionType != agentAgent {
		f.wrong("enum", "must be "+orList([]string{humanAgent, agentAgent}), "session_type")
	}
	in.agents = readAgents(f, in.template != "")
	in.variables = readVariables(f, in.template != "")
	if in.template == "" {
		f.requireForm(&in)
	}
	f.checkOpening(&in)
	return in, f.err()
}

// requireForm checks what a request without a template must have.
func (f *fields) requireForm(in *createRequest) {
	if _, given := f.given("session_type"); !given {
		f.wrong("missing", "must be given where no template fixes it", "session_type")
	}
	v, given := f.given("agents")
	if !given {
		f.wrong("missing", "must be given where there is no template", "agents")
		return
	}
	o, err := members(v)
	switch {
	case err != nil: // told already
	case in.sessionType == humanAgent && len(o) != 1:
		f.wrong("agents_count", fmt.Sprintf("a human_agent session has exactly 1 agent; there are %d", len(o)), "agents")
	case in.sessionType == agentAgent && len(o) < 2:
		f.wrong("agents_count", fmt.Sprintf("an agent_agent session has 2 agents or more; there are %d", len(o)), "agents")
	}
}

func readAgents(f *fields, overrides bool) []agentRequest {
	v, given := f.given("agents")
	if !given {
		return nil
	}
	all := f.inner(v, "agents")
	if len(all.object) > maxAgents {
		all.wrong("too_long", fmt.Sprintf("there may be at most %d agents", maxAgents))
		return nil
	}
	seen := map[string]bool{}
	var list []agentRequest
	for _, m := range all.object {
		if seen[m.key] {
			all.wrong("duplicate", "the key is there twice", m.key)
			continue
		}
		seen[m.key] = true
		if !overrides && !keyText(m.key) {
			all.wrong("agent_key", "a key has 1 to 64 letters, digits, dots, dashes and underscores, and is not user or system", brief(m.key))
			continue
		}
		list = append(list, readAgent(all.inner(m.value, m.key), m.key, overrides))
	}
	return list
}

func readAgent(f *fields, key string, override bool) agentRequest {
	a := agentRequest{
		key: key, model: f.text("model", maxModelName), personality: f.text("personality", maxPersonality),
		capabilities: f.texts("capabilities", maxCapabilities), metadata: f.metadata(),
	}
	if override {
		a.provider = f.text("provider", maxName)
		if a.capabilities != nil {
			f.wrong("not_overridable", "a template's agent keeps its capabilities; provider, model, personality and metadata may be given", "capabilities")
		}
		return a
	}
	a.provider = f.needed("provider", maxName)
	if a.capabilities == nil {
		a.capabilities = []string{"conversation"}
	}
	return a
}

func readVariables(f *fields, template bool) object[json.RawMessage] {
	v, given := f.given("variables")
	if !given {
		return nil
	}
	vars := f.inner(v, "variables")
	if !template && len(vars.object) > 0 {
		vars.wrong("no_template", "variables are those of a template, and the request names none")
	}
	if len(vars.object) > maxVariables {
		vars.wrong("too_long", fmt.Sprintf("there may be at most %d variables", maxVariables))
	}
	return vars.object
}

// opening is the message that the request opens the session with.
func (in *createRequest) opening() string {
	text, _ := in.metadata["opening"].(string)
	return text
}

func (f *fields) checkOpening(in *createRequest) {
	v, given := in.metadata["opening"]
	if _, isText := v.(string); given && v != nil && !isText {
		f.wrong("string_type", "must be a string", "metadata", "opening")
	}
}

// keyText says whether a text may be the key of an agent: it becomes part of
// its id and its name in the conversation.
func keyText(s string) bool {
	if s == "" || len(s) > maxName || s == "user" || s == "system" {
		return false
	}
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_', r == '-', r == '.':
		default:
			return false
		}
	}
	return true
}

// brief is a text that is short enough to be shown.
func brief(s string) string {
	if len(s) <= maxName {
		return s
	}
	return s[:maxName] + "…"
}
