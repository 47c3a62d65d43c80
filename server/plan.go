package server

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// A plan is what a session is started from, everything about it checked.
type plan struct {
	template *engine.Template
	config   *specs.Config
	models   providers.Registry
	offer    *offer
	modes    []string
	set      settled
	// origin is what it can be made from again; nil while nothing of it is
	// stored.
	origin *origin
}

// settled is what the server's settings decide about a template, as they were
// when its session began.
type settled struct {
	// Provider is that of a built-in template's own agents.
	Provider string `json:"provider,omitempty"`
	// Models are what its agents' providers are, by name.
	Models map[string]settledModel `json:"models,omitempty"`
	// Lifetime and Idle are in nanoseconds.
	Lifetime time.Duration `json:"lifetime"`
	Idle     time.Duration `json:"idle"`
}

// settledModel is what a provider decides in a session besides its answers.
type settledModel struct {
	Kind  string           `json:"kind,omitempty"`
	Model string           `json:"model,omitempty"` // of agents that name none
	Price *providers.Price `json:"price,omitempty"` // nil: not known
}

func (s *Server) settled() settled {
	return settled{Provider: s.firstProvider(), Lifetime: s.cfg.Sessions.Lifetime, Idle: s.cfg.Sessions.IdleTimeout}
}

// planned compiles the template of a plan that has everything else.
func (s *Server) planned(p *plan) (*plan, error) {
	p.models = p.set.fixed(p.models)
	t, err := s.compile(p.config, p.offer.name, p.models, p.set)
	if err != nil {
		return nil, err
	}
	p.template = t
	p.set.Models = settledModels(p.config, p.models)
	return p, nil
}

// plan finds the template of a request and fits it to the request. The error
// names everything that does not fit.
func (s *Server) plan(in *createRequest) (*plan, error) {
	if in.template != "" {
		return s.planTemplate(in)
	}
	if in.direct {
		return s.planDirect(in)
	}
	name := builtinConversation
	if in.sessionType == humanAgent {
		name = builtinChat
	}
	o := s.builtins[name]
	if err := s.checkProviders(in.agents, nil); err != nil {
		return nil, err
	}
	return s.planned(&plan{config: withAgents(o.config, in), models: s.cfg.Models, offer: o, modes: in.modes, set: s.settled()})
}

func (s *Server) planTemplate(in *createRequest) (*plan, error) {
	c := s.catalog.Load()
	o := c.byName[in.template]
	if o == nil {
		return nil, invalid(fieldError{
			Loc: []any{"body", "template"}, Type: "unknown_template",
			Msg: fmt.Sprintf("there is no template %q; there are: %s", brief(in.template), listed(c.order)),
		})
	}
	if spec := o.spec(); in.sessionType != "" && in.sessionType != spec.Type {
		return nil, invalid(fieldError{
			Loc: []any{"body", "session_type"}, Type: "contradiction",
			Msg: fmt.Sprintf("template %q is of type %s", o.name, spec.Type),
		})
	}
	t, err := o.base()
	if err != nil {
		return nil, err
	}
	if len(in.variables) == 0 && len(in.agents) == 0 && !o.asks() {
		set := s.settled()
		set.Models = settledModels(o.config, o.models)
		return &plan{template: t, config: o.config, models: o.models, offer: o, modes: in.modes, set: set}, nil
	}
	return s.planChanged(o, in)
}

// planChanged is a template with the request's variables and overrides.
func (s *Server) planChanged(o *offer, in *createRequest) (*plan, error) {
	cfg, models := o.config, o.models
	if len(in.variables) > 0 || o.asks() {
		var err error
		if cfg, err = o.load(in.variables); err != nil {
			return nil, err
		}
		if models, err = o.modelsOf(cfg); err != nil {
			return nil, err
		}
	}
	t, err := o.base()
	if err != nil {
		return nil, err
	}
	if err := s.checkOverrides(t, cfg, o.models, in.agents); err != nil {
		return nil, err
	}
	return s.planned(&plan{config: overridden(cfg, in.agents), models: models, offer: o, modes: in.modes, set: s.settled()})
}

// withAgents puts the agents of a request in the place of those of a built-in
// template.
func withAgents(cfg *specs.Config, in *createRequest) *specs.Config {
	out, pattern, session := *cfg, *cfg.Patterns[0], *cfg.Sessions[0]
	out.Agents, pattern.Participants = nil, nil
	for _, a := range in.agents {
		out.Agents = append(out.Agents, &specs.Agent{
			Block: specs.Block{Name: a.key}, Models: []string{a.provider}, Model: a.model, Personality: a.personality,
			Capabilities: a.capabilities, InteractionModes: in.modes, Metadata: a.metadata,
			MaxToolCalls: cfg.Agents[0].MaxToolCalls, Memory: cfg.Agents[0].Memory, Sees: cfg.Agents[0].Sees,
		})
		pattern.Participants = append(pattern.Participants, specs.Ref{Kind: specs.RefAgent, Name: a.key})
	}
	session.Type = cmp.Or(in.sessionType, session.Type)
	out.Patterns, out.Sessions = []*specs.Pattern{&pattern}, []*specs.Session{&session}
	out.Hash = rehash(cfg.Hash, in.sessionType, in.agents)
	return &out
}

// overridden is a scenario with the changes of a request in its agents.
func overridden(cfg *specs.Config, changes []agentRequest) *specs.Config {
	if len(changes) == 0 {
		return cfg
	}
	out := *cfg
	out.Agents = slices.Clone(cfg.Agents)
	for _, c := range changes {
		i := slices.IndexFunc(out.Agents, func(a *specs.Agent) bool { return a.Name == c.key })
		agent := *out.Agents[i]
		if c.provider != "" {
			agent.Models, agent.Model = []string{c.provider}, ""
		}
		agent.Model = cmp.Or(c.model, agent.Model)
		agent.Personality = cmp.Or(c.personality, agent.Personality)
		if c.metadata != nil {
			agent.Metadata = c.metadata
		}
		out.Agents[i] = &agent
	}
	out.Hash = rehash(cfg.Hash, "", changes)
	return &out
}

// rehash is the hash of a scenario that a request has changed.
func rehash(hash, sessionType string, agents []agentRequest) string {
	h := sha256.New()
	w := json.NewEncoder(h)
	for _, v := range []any{hash, sessionType} {
		_ = w.Encode(v) // a hash takes everything
	}
	for _, a := range agents {
		_ = w.Encode([]any{a.key, a.provider, a.model, a.personality, a.capabilities, a.metadata})
	}
	return hex.EncodeToString(h.Sum(nil))
}
