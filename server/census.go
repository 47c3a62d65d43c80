package server

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// census knows what happens in sessions. It is good for one request.
type census struct {
	s     *Server
	views map[*record]view
	talks map[string][]*record // direct talks by owner
}

func (s *Server) census() *census {
	return &census{s: s, views: map[*record]view{}, talks: map[string][]*record{}}
}

// look describes a session, once for all agents in it.
func (c *census) look(ctx context.Context, rec *record) (view, error) {
	if v, ok := c.views[rec]; ok {
		return v, nil
	}
	v, err := c.s.look(ctx, rec, false)
	if err == nil {
		c.views[rec] = v
	}
	return v, err
}

// sessions are those that an agent takes part in.
func (c *census) sessions(ctx context.Context, a *agentRecord) ([]*record, error) {
	talks, ok := c.talks[a.owner]
	if !ok {
		var err error
		if talks, err = c.s.talksOf(ctx, a.owner); err != nil {
			return nil, err
		}
		c.talks[a.owner] = talks
	}
	var list []*record
	if a.session != nil {
		list = append(list, a.session)
	}
	for _, rec := range talks {
		if rec.keyOf(a.id) != "" && rec != a.session {
			list = append(list, rec)
		}
	}
	return list, nil
}

// activity is what somebody has done in all of their sessions.
type activity struct {
	last, cooldown time.Time
	messages, live int
	running        bool
}

func (n *activity) add(p docActivity, running, over bool) {
	n.last = latest(n.last, p.Last)
	n.messages += p.Messages
	if !over {
		n.cooldown = latest(n.cooldown, p.Cooldown)
		n.running = n.running || running
	}
}

func (n *activity) metadata(own map[string]any, provider, model any) map[string]any {
	m := maps.Clone(own)
	if m == nil {
		m = map[string]any{}
	}
	m["provider"], m["model"], m["active_conversations"], m["cooldown_until"] = provider, model, n.live, nil
	if n.cooldown.After(time.Now()) {
		m["cooldown_until"] = timestamp(n.cooldown)
	}
	return m
}

// status is what an agent looks like now.
func (c *census) status(ctx context.Context, a *agentRecord) (AgentStatus, error) {
	n := activity{last: a.created}
	state := "active" // of one that was registered and waits to be written to
	all, err := c.sessions(ctx, a)
	if err != nil {
		return AgentStatus{}, err
	}
	for _, rec := range all {
		v, err := c.look(ctx, rec)
		if err != nil {
			return AgentStatus{}, err
		}
		key := rec.keyOf(a.id)
		n.add(v.activity[key], v.busy[key], ended(rec))
		if !ended(rec) {
			n.live++
		}
		if rec == a.session {
			state = agentState(v.activity[key], v.status)
		}
	}
	switch {
	case n.cooldown.After(time.Now()):
		state = "cooldown"
	case n.live > 0 && state == "inactive":
		state = "active"
	}
	name := a.name
	if name == "" {
		name = a.key
	}
	return AgentStatus{
		AgentID: a.id, AgentType: typeAI, Name: name, Status: state, LastActive: timestamp(n.last),
		Capabilities: listOf(a.capabilities), InteractionModes: listOf(a.modes), OwnerID: userID(a.owner),
		IsRunning: n.running, MessageCount: n.messages, Metadata: n.metadata(a.metadata, a.provider, a.model),
	}, nil
}

// person is what a person looks like now, by what happened on the person's
// side of their own sessions.
func (c *census) person(ctx context.Context, who person) (AgentStatus, error) {
	n := activity{last: who.since}
	ids, _, _ := c.s.index.list(listing{owner: who.name})
	for _, id := range ids {
		rec, err := c.s.lookup(ctx, id)
		if errors.Is(err, engine.ErrNotFound) {
			continue // it was removed meanwhile
		}
		if err != nil {
			return AgentStatus{}, err
		}
		v, err := c.look(ctx, rec)
		if err != nil {
			return AgentStatus{}, err
		}
		n.last = latest(n.last, rec.created)
		if !ended(rec) {
			n.live++
		}
		for name, p := range v.activity {
			if rec.agent(name) == nil {
				n.add(p, v.busy[name], ended(rec))
			}
		}
	}
	state := "inactive"
	if n.live > 0 {
		state = "active"
	}
	return AgentStatus{
		AgentID: userID(who.name), AgentType: typeHuman, Name: who.name, Status: state, LastActive: timestamp(n.last),
		Capabilities: []string{}, InteractionModes: []string{"human_to_agent"}, OwnerID: userID(who.name),
		IsRunning: n.running, MessageCount: n.messages, Metadata: n.metadata(nil, nil, nil),
	}, nil
}

// keyOf is the bare name that an agent has in the session.
func (r *record) keyOf(id string) string {
	for _, a := range r.agents {
		if a.id == id {
			return a.key
		}
	}
	return ""
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
