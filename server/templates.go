package server

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
	"github.com/agentconnect-dev/agentconnect/specs/chart"
)

// An offer is a session template that clients may start from. It is immutable
// but for what it computes once.
type offer struct {
	server   *Server
	name     string
	scenario Scenario
	config   *specs.Config // the scenario's, its built-in provider settled
	builtin  bool

	once     sync.Once // guards what follows
	template *engine.Template
	models   providers.Registry
	err      error
	drawn    sync.Once // guards graph
	graph    string
}

// chart is the template's control graph as a Mermaid flowchart, drawn once.
func (o *offer) chart() string {
	o.drawn.Do(func() {
		if c := chart.Of(o.config, o.name, chart.Options{}); c != nil {
			o.graph = c.Mermaid()
		}
	})
	return o.graph
}

// A catalog is all that is offered, user's templates before the built-in ones.
type catalog struct {
	byName map[string]*offer
	order  []string
}

// SetTemplates replaces the templates that are offered. Sessions keep the one
// that they began with. When one of them cannot be used nothing is replaced,
// and the error says why.
func (s *Server) SetTemplates(scenarios []Scenario) error {
	c := &catalog{byName: map[string]*offer{}}
	var problems []error
	for _, sc := range scenarios {
		for _, spec := range sc.Config.Sessions {
			if c.byName[spec.Name] != nil {
				problems = append(problems, fmt.Errorf("session %q is declared by two scenarios: %s and %s",
					spec.Name, c.byName[spec.Name].config.Dir, sc.Config.Dir))
				continue
			}
			o := &offer{server: s, name: spec.Name, scenario: sc, config: sc.Config}
			if _, err := o.base(); err != nil {
				problems = append(problems, fmt.Errorf("session %q: %w", spec.Name, err))
			}
			c.add(o)
		}
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	for _, name := range []string{builtinChat, builtinConversation} {
		if _, err := s.builtins[name].base(); err == nil && c.byName[name] == nil {
			c.add(s.builtins[name]) // an error: there is no provider for it
		}
	}
	s.catalog.Store(c)
	return nil
}

func (c *catalog) add(o *offer) {
	c.byName[o.name] = o
	c.order = append(c.order, o.name)
}

// spec is the session block of the template.
func (o *offer) spec() *specs.Session { return sessionOf(o.config, o.name) }

func sessionOf(cfg *specs.Config, name string) *specs.Session {
	for _, s := range cfg.Sessions {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// base is the template as it is declared, compiled once.
func (o *offer) base() (*engine.Template, error) {
	o.once.Do(func() {
		if o.models, o.err = o.modelsOf(o.config); o.err == nil {
			o.template, o.err = o.server.compile(o.config, o.name, o.models, o.server.settled())
		}
	})
	return o.template, o.err
}

// modelsOf are the models that a scenario's agents may use: those of its own
// blocks, and beside them those of the server.
func (o *offer) modelsOf(cfg *specs.Config) (providers.Registry, error) {
	models := providers.Registry{}
	maps.Copy(models, o.server.cfg.Models)
	if o.scenario.Models == nil {
		return models, nil
	}
	own, err := o.scenario.Models(cfg)
	if err != nil {
		return nil, err
	}
	maps.Copy(models, own)
	return models, nil
}

// compile makes a template, with the settled times where the scenario says
// nothing of them.
func (s *Server) compile(cfg *specs.Config, name string, models providers.Registry, set settled) (*engine.Template, error) {
	tools, err := s.toolsOf(cfg)
	if err != nil {
		return nil, err
	}
	t, ds := engine.Compile(timed(cfg, name, set), name, engine.Resources{Models: models, Tools: tools})
	if ds.HasErrors() {
		var texts []string
		for _, d := range ds {
			if d.Severity == specs.SeverityError {
				texts = append(texts, d.Summary+": "+d.Detail)
			}
		}
		return nil, errors.New(strings.Join(texts, "; "))
	}
	return t, nil
}

// toolsOf are the tools of a scenario; where the server has none they cannot be
// called.
func (s *Server) toolsOf(cfg *specs.Config) (map[string][]engine.Tool, error) {
	if s.cfg.Tools == nil || len(cfg.Tools) == 0 {
		return nil, nil //nolint:nilnil // there are none
	}
	return s.cfg.Tools(cfg)
}

// timed sets the lifetime and the idle time of a session that is silent about
// them, and lets an opening of the request begin it as one of its own would.
func timed(cfg *specs.Config, name string, set settled) *specs.Config {
	session := *sessionOf(cfg, name)
	if _, written := session.Args["lifetime"]; !written {
		session.Lifetime = set.Lifetime
	}
	if _, written := session.Args["idle_timeout"]; !written {
		session.IdleTimeout = set.Idle
	}
	if _, written := session.Args["start"]; !written {
		session.Start = "auto" // given an opening
	}
	out := *cfg
	out.Sessions = []*specs.Session{&session}
	return &out
}
