package main

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/specs"
	"github.com/agentconnect-dev/agentconnect/specs/chart"
)

// planView is what is known of a session before it runs.
type planView struct {
	Session     string             `json:"session"`
	Type        string             `json:"type"`
	Runs        string             `json:"runs"`
	Certificate *specs.Certificate `json:"certificate"`
	// Graph is the control graph that the certificate follows from.
	Graph  *chart.Chart `json:"graph"`
	Agents []planAgent  `json:"agents"`
	Stops  []planStop   `json:"stops"`
	// Hosts are contacted, Commands are started on this machine.
	Hosts    []string `json:"hosts"`
	Commands []string `json:"commands"`
}

// planAgent is an agent with the models that speak for it, in order.
type planAgent struct {
	Agent     string      `json:"agent"`
	Models    []planModel `json:"models"`
	MaxTokens int         `json:"max_tokens,omitempty"`
	Tools     []string    `json:"tools,omitempty"`
}

type planModel struct {
	Provider string      `json:"provider"`
	Kind     string      `json:"kind"`
	Model    string      `json:"model"`
	Price    *modelPrice `json:"price"`
}

// planStop is a condition that ends the session.
type planStop struct {
	Stop      string `json:"stop"`
	Condition string `json:"condition"`
	Outcome   string `json:"outcome"`
	Action    string `json:"action"`
	Scope     string `json:"scope,omitempty"`
	File      string `json:"file"`
	Line      int    `json:"line"`
}

func planOf(cfg *specs.Config, s *specs.Session) *planView {
	v := &planView{
		Session: s.Name, Type: s.Type, Runs: "pattern." + s.Pattern, Certificate: specs.Certify(cfg, s.Name), Graph: chart.Of(cfg, s.Name, chart.Options{}),
		Agents: []planAgent{}, Stops: []planStop{}, Hosts: []string{}, Commands: []string{},
	}
	if s.Agent != "" {
		v.Runs = "agent." + s.Agent
	}
	if v.Certificate == nil { // a sound scenario has one
		v.Certificate = &specs.Certificate{Session: s.Name, Reasons: map[string]string{}}
	}
	for _, share := range v.Certificate.Agents {
		for _, agent := range cfg.Agents {
			if "agent."+agent.Name == share.Address {
				v.agent(cfg, agent)
			}
		}
	}
	for _, name := range s.Stops {
		for _, stop := range cfg.Stops {
			if stop.Name == name {
				v.Stops = append(v.Stops, planStop{
					Stop: "stop." + name, Condition: conditionOf(stop), Outcome: stop.Outcome, Action: stop.Action, Scope: stop.Scope,
					File: stop.Range.Filename, Line: stop.Range.Start.Line,
				})
			}
		}
	}
	slices.Sort(v.Hosts)
	slices.Sort(v.Commands)
	v.Hosts, v.Commands = slices.Compact(v.Hosts), slices.Compact(v.Commands)
	return v
}

// agent adds an agent and what it contacts.
func (v *planView) agent(cfg *specs.Config, agent *specs.Agent) {
	row := planAgent{Agent: agent.Name, MaxTokens: agent.MaxTokens, Tools: agent.Tools}
	names := slices.Clone(agent.Models)
	if agent.Memory != nil && agent.Memory.Summarize != "" {
		names = append(names, agent.Memory.Summarize)
	}
	for i, name := range names {
		for _, p := range cfg.Providers {
			if p.Name != name {
				continue
			}
			if i < len(agent.Models) {
				row.Models = append(row.Models, modelOf(p, agent, i))
			}
			v.host(providerURL(p))
		}
	}
	for _, name := range agent.Tools {
		for _, t := range cfg.Tools {
			if t.Name == name {
				v.tool(t)
			}
		}
	}
	v.Agents = append(v.Agents, row)
}

func modelOf(p *specs.Provider, agent *specs.Agent, i int) planModel {
	model := cmp.Or(p.Model, specs.DefaultModel(p.Kind))
	if i == 0 {
		model = cmp.Or(agent.Model, model)
	}
	return planModel{Provider: p.Name, Kind: p.Kind, Model: model, Price: priceOf(p, model)}
}

func (v *planView) tool(t *specs.Tool) {
	switch {
	case t.HTTP != nil:
		v.host(t.HTTP.URL)
	case t.MCP != nil && len(t.MCP.Command) > 0:
		v.Commands = append(v.Commands, strings.Join(t.MCP.Command, " "))
	case t.MCP != nil:
		v.host(t.MCP.URL)
	}
}

func (v *planView) host(address string) {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		v.Hosts = append(v.Hosts, u.Host)
	}
}

// conditionOf is a stop's condition as a person reads it.
func conditionOf(s *specs.Stop) string {
	switch {
	case s.When != nil:
		return s.When.Text()
	case s.Tool != "":
		return "tool." + s.Tool + " succeeded"
	case s.Judge != nil:
		return fmt.Sprintf("agent.%s finds every %s: %s", s.Judge.Agent, screen.Plural(max(s.Judge.Every, 1), "turn"), s.Judge.Criteria)
	case s.Repeat != nil:
		return fmt.Sprintf("the same %s %d times", s.Repeat.Of, s.Repeat.Times)
	case s.Combine != nil:
		op := s.Combine.Op
		if op == "at_least" {
			op = fmt.Sprintf("at least %d", s.Combine.AtLeast)
		}
		return op + " of stop." + strings.Join(s.Combine.Of, ", stop.")
	default:
		return ""
	}
}
