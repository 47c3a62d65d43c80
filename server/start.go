package server

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

func (s *Server) createSession(w http.ResponseWriter, r *http.Request) error {
	return s.once(w, r, "create", func(body json.RawMessage) (reply, error) {
		in, err := readCreate(body)
		if err != nil {
			return reply{}, err
		}
		ctx := context.WithoutCancel(r.Context()) // a client that is gone may ask again
		rec, err := s.startSession(ctx, caller(r), in)
		if err != nil {
			return reply{}, err
		}
		return s.replyWith(ctx, rec, http.StatusOK)
	})
}

// startSession starts a session and keeps it.
func (s *Server) startSession(ctx context.Context, p principal, in createRequest) (*record, error) {
	plan, err := s.plan(&in)
	if err != nil {
		return nil, err
	}
	o := engine.StartOptions{Owner: p.Name, Metadata: in.metadata, History: in.history}
	if plan.template.Type == agentAgent {
		o.Opening = in.opening()
	}
	return s.begin(ctx, p, plan, &in, "", func(ctx context.Context, id string) (*engine.Session, error) {
		o.ID = id
		return s.cfg.Engine.Start(ctx, plan.template, o)
	})
}

// record is the session of a plan as the server knows it.
func (p *plan) record(owner principal, session *engine.Session, in *createRequest) *record {
	rec := &record{
		id: session.ID(), owner: owner.Name, template: p.offer.name, sessionType: p.template.Type,
		created: time.Now().UTC(), session: session, plan: p, metadata: in.metadata, direct: in.direct,
	}
	ids := map[string]string{}
	for _, a := range in.agents {
		ids[a.key] = a.id
	}
	for _, who := range p.order() {
		rec.agents = append(rec.agents, p.agentRecord(rec, who, ids[who.Name]))
	}
	return rec
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

func (p *plan) agentRecord(rec *record, who engine.Participant, id string) *agentRecord {
	if id == "" {
		id = engine.NewID(who.Name + "_")
	}
	a := &agentRecord{
		id: id, key: who.Name, name: who.DisplayName, owner: rec.owner, provider: who.Provider, model: who.Model,
		created: rec.created, session: rec, modes: p.modes,
	}
	for _, spec := range p.config.Agents {
		if spec.Name != who.Name {
			continue
		}
		a.personality, a.capabilities, a.metadata = spec.Personality, spec.Capabilities, spec.Metadata
		if a.modes == nil {
			a.modes = spec.InteractionModes
		}
	}
	if a.modes == nil {
		a.modes = []string{map[string]string{humanAgent: "human_to_agent", agentAgent: "agent_to_agent"}[rec.sessionType]}
	}
	return a
}

// reserve takes one of a person's places for a session that is being started;
// free gives it back, once the session counts itself.
func (s *Server) reserve(owner string) (free func(), err error) {
	if !s.places.take(owner, s.cfg.Sessions.MaxPerUser) {
		return nil, errSessionLimit
	}
	return func() { s.places.free(owner) }, nil
}
