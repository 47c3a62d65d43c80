package server

import (
	"slices"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// doc is what is stored of a session that a plan is for.
func (p *plan) doc(id, owner string, in *createRequest) *doc {
	d := &doc{Metadata: in.metadata, Modes: p.modes}
	d.head = docHead{
		owner: owner, template: p.offer.name, sessionType: p.template.Type, status: statusInitializing, created: now(), direct: in.direct,
	}
	ids := map[string]string{}
	for _, a := range in.agents {
		ids[a.key] = a.id
	}
	for _, who := range p.template.Participants {
		if who.Kind == "human" {
			d.People = append(d.People, who.Name)
		}
	}
	for _, who := range p.order() {
		a := p.agent(who, d.head.sessionType)
		if a.ID = ids[who.Name]; a.ID == "" {
			a.ID = who.Name + "_" + unique(id)
		}
		d.Agents = append(d.Agents, a)
	}
	return d
}

// order are the agents that take part, as the request or the template names
// them.
func (p *plan) order() []engine.Participant {
	var list []engine.Participant
	for _, a := range p.config.Agents {
		for _, who := range p.template.Participants {
			if who.Kind == "agent" && who.Name == a.Name {
				list = append(list, who)
			}
		}
	}
	return list
}

func (p *plan) agent(who engine.Participant, sessionType string) docAgent {
	a := docAgent{Key: who.Name, Name: who.DisplayName, Provider: who.Provider, Model: who.Model, Modes: p.modes}
	for _, spec := range p.config.Agents {
		if spec.Name != who.Name {
			continue
		}
		a.Personality, a.Capabilities, a.Metadata = spec.Personality, slices.Clone(spec.Capabilities), spec.Metadata
		if a.Modes == nil {
			a.Modes = spec.InteractionModes
		}
	}
	if a.Modes == nil {
		a.Modes = []string{map[string]string{humanAgent: "human_to_agent", agentAgent: "agent_to_agent"}[sessionType]}
	}
	return a
}
