package server

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

func (s *Server) templateRoutes() []route {
	return []route{
		{method: "GET", path: "/templates", class: classQuery, handle: s.listTemplates},
		{method: "GET", path: "/templates/{name}", class: classQuery, handle: s.getTemplate},
		{method: "GET", path: "/chat/providers", class: classQuery, handle: s.listProviders},
	}
}

// templateView is what a client learns about a template.
type templateView struct {
	Name        string                `json:"name"`
	Description string                `json:"description"`
	SessionType string                `json:"session_type"`
	Variables   object[variableView]  `json:"variables"`
	Agents      object[templateAgent] `json:"agents"`
	// Pattern is the kind of the outermost one.
	Pattern     string          `json:"pattern"`
	Limits      object[any]     `json:"limits"`
	Certificate certificateView `json:"certificate"`
	// Graph is a Mermaid flowchart.
	Graph string `json:"graph"`
}

type variableView struct {
	Type        string          `json:"type"`
	Default     json.RawMessage `json:"default,omitempty"`
	Description string          `json:"description"`
	Required    bool            `json:"required"`
	Sensitive   bool            `json:"sensitive"`
}

type templateAgent struct {
	Provider     string   `json:"provider"`
	Model        string   `json:"model"`
	Capabilities []string `json:"capabilities"`
	Personality  string   `json:"personality"`
}

// certificateView is what a session takes at most, as plan prints it; null is no
// bound by that measure. With per_message the numbers hold for each message of a
// person.
type certificateView struct {
	Turns        specs.Amount `json:"turns"`
	Calls        specs.Amount `json:"calls"`
	Tokens       specs.Amount `json:"tokens"`
	InputTokens  specs.Amount `json:"input_tokens"`
	OutputTokens specs.Amount `json:"output_tokens"`
	Cost         specs.Amount `json:"cost"`    // USD
	Seconds      specs.Amount `json:"seconds"` // from its start to its end
	PerMessage   bool         `json:"per_message"`
	Because      []string     `json:"because"`
	// Reasons are why tokens, cost and seconds are bounded so, or not at all.
	Reasons map[string]string `json:"reasons"`
	// What its parts take at most, who together may take more than the whole.
	Agents      []specs.Share `json:"agents"`
	Patterns    []specs.Share `json:"patterns"`
	Providers   []specs.Share `json:"providers"`
	Assumptions []string      `json:"assumptions"`
}

func (s *Server) listTemplates(w http.ResponseWriter, _ *http.Request) error {
	c := s.catalog.Load()
	list := make([]templateView, 0, len(c.order))
	for _, name := range c.order {
		view, err := s.view(c.byName[name])
		if err != nil {
			return err
		}
		list = append(list, view)
	}
	writeJSON(w, http.StatusOK, map[string]any{"templates": list})
	return nil
}

func (s *Server) getTemplate(w http.ResponseWriter, r *http.Request) error {
	o := s.catalog.Load().byName[mux.Vars(r)["name"]]
	if o == nil {
		return errNotFound
	}
	view, err := s.view(o)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, view)
	return nil
}

func (s *Server) view(o *offer) (templateView, error) {
	t, err := o.base()
	if err != nil {
		return templateView{}, err
	}
	config := timed(o.config, o.name, s.settled())
	spec := config.Sessions[0]
	v := templateView{
		Name: o.name, Description: spec.Description, SessionType: spec.Type, Variables: object[variableView]{}, Agents: object[templateAgent]{},
		Pattern: "chat", Limits: limitsOf(spec), Certificate: certificateOf(config, o.name), Graph: o.chart(),
	}
	for _, p := range o.config.Patterns {
		if p.Name == spec.Pattern {
			v.Pattern = p.Kind
		}
	}
	for _, x := range o.config.Variables {
		one := variableView{Type: x.Type, Description: x.Description, Required: x.Required, Sensitive: x.Sensitive}
		if !x.Required && !x.Sensitive {
			one.Default = x.Default
		}
		v.Variables = append(v.Variables, member[variableView]{x.Name, one})
	}
	p := plan{template: t, config: o.config, offer: o}
	for _, who := range p.order() {
		v.Agents = append(v.Agents, member[templateAgent]{who.Name, templateAgentOf(o.config, who)})
	}
	return v, nil
}

func templateAgentOf(cfg *specs.Config, who engine.Participant) templateAgent {
	a := templateAgent{Provider: who.Provider, Model: who.Model, Capabilities: []string{}}
	for _, spec := range cfg.Agents {
		if spec.Name == who.Name {
			a.Capabilities, a.Personality = listOf(spec.Capabilities), spec.Personality
		}
	}
	return a
}

// limitsOf are the limits that a session has, as its scenario names them.
func limitsOf(spec *specs.Session) object[any] {
	l := spec.Limits
	o := object[any]{}
	for _, n := range []member[int]{
		{"max_turns", l.MaxTurns},
		{"max_rounds", l.MaxRounds},
		{"max_messages", l.MaxMessages},
		{"max_calls", l.MaxCalls},
		{"max_tool_calls", l.MaxToolCalls},
		{"max_handoffs", l.MaxHandoffs},
		{"max_tokens", l.MaxTokens},
		{"max_repeats", l.MaxRepeats},
	} {
		if n.value > 0 {
			o = append(o, member[any]{n.key, n.value})
		}
	}
	if l.MaxCost > 0 {
		o = append(o, member[any]{"max_cost", l.MaxCost})
	}
	for _, d := range []member[time.Duration]{
		{"timeout", l.Timeout}, {"turn_timeout", l.TurnTimeout}, {"lifetime", spec.Lifetime}, {"idle_timeout", spec.IdleTimeout},
	} {
		if d.value > 0 {
			o = append(o, member[any]{d.key, d.value.String()})
		}
	}
	return o
}

func certificateOf(cfg *specs.Config, session string) certificateView {
	c := specs.Certify(cfg, session)
	if c == nil { // nothing is offered without a proof
		c = &specs.Certificate{Reasons: map[string]string{}}
	}
	return certificateView{
		Turns: c.Turns, Calls: c.Calls, Tokens: c.Tokens, InputTokens: c.InputTokens, OutputTokens: c.OutputTokens, Cost: c.Cost, Seconds: c.Seconds,
		PerMessage: c.PerMessage, Because: listOf(c.Because), Reasons: c.Reasons,
		Agents: listOf(c.Agents), Patterns: listOf(c.Patterns), Providers: listOf(c.Providers), Assumptions: listOf(c.Assumptions),
	}
}
