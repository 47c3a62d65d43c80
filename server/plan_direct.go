package server

import (
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// A takenAgent of a direct talk comes from another session, with its whole
// block and its models.
type takenAgent struct {
	plan *plan
	key  string // its key there
}

// planDirect fits the built-in template of direct talks to two agents. One
// that was taken from a session takes its whole block and its models along.
func (s *Server) planDirect(in *createRequest) (*plan, error) {
	return s.fitDirect(s.builtins[builtinDirect], in, s.settled())
}

func (s *Server) fitDirect(o *offer, in *createRequest, set settled) (*plan, error) {
	cfg, models := withAgents(o.config, in), providers.Registry{}
	for i, want := range in.agents {
		spec, from := cfg.Agents[i], s.cfg.Models
		if x := want.taken; x != nil {
			from = x.plan.models
			cfg.Hash = rehash(cfg.Hash+x.plan.config.Hash, in.sessionType, in.agents)
			for _, declared := range x.plan.config.Agents {
				if declared.Name == x.key {
					own := *declared
					own.Name, own.InteractionModes = want.key, in.modes
					spec = &own
				}
			}
		}
		cfg.Agents[i] = withModels(spec, want.key, from, models)
	}
	return s.planned(&plan{config: cfg, models: models, offer: o, modes: in.modes, set: set})
}

// withModels is an agent whose providers have names of their own in a registry
// that it shares with an agent of another scenario.
func withModels(a *specs.Agent, key string, from, into providers.Registry) *specs.Agent {
	own := *a
	take := func(name string) string {
		entry, ok := from[name]
		if ok {
			into[key+"/"+name] = entry
		}
		return key + "/" + name
	}
	own.Models = make([]string, len(a.Models))
	for i, name := range a.Models {
		own.Models[i] = take(name)
	}
	if a.Memory != nil && a.Memory.Summarize != "" {
		memory := *a.Memory
		memory.Summarize = take(memory.Summarize)
		own.Memory = &memory
	}
	return &own
}
