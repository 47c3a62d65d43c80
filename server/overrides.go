package server

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// checkProviders sees that the agents of a request name providers that there
// are; own are those of a template, which come before the server's.
func (s *Server) checkProviders(agents []agentRequest, own []string) error {
	var wrong []fieldError
	for _, a := range agents {
		if a.provider == "" || slices.Contains(own, a.provider) {
			continue
		}
		if _, ok := s.cfg.Models[a.provider]; !ok {
			wrong = append(wrong, fieldError{
				Loc: []any{"body", "agents", a.key, "provider"}, Type: "unknown_provider",
				Msg: s.unknownProvider(a.provider, own),
			})
		}
	}
	if len(wrong) > 0 {
		return invalid(wrong...)
	}
	return nil
}

// unknownProvider says why a provider cannot be used, and which can.
func (s *Server) unknownProvider(name string, own []string) string {
	there := slices.Clone(own)
	why := fmt.Sprintf("this server has no provider %q", brief(name))
	for _, p := range s.cfg.ProviderList {
		switch _, usable := s.cfg.Models[p.Key]; {
		case usable && !slices.Contains(there, p.Key):
			there = append(there, p.Key)
		case !usable && p.Key == name:
			why = fmt.Sprintf("provider %q is not set up on this server", name)
		}
	}
	return why + "; there are: " + listed(there)
}

// checkOverrides sees that the changes of a request fit its template; own are
// the models of its scenario's providers.
func (s *Server) checkOverrides(t *engine.Template, cfg *specs.Config, own providers.Registry, changes []agentRequest) error {
	var names []string
	for _, p := range t.Participants {
		if p.Kind == "agent" {
			names = append(names, p.Name)
		}
	}
	var wrong []fieldError
	for _, c := range changes {
		if !slices.Contains(names, c.key) {
			wrong = append(wrong, fieldError{
				Loc: []any{"body", "agents", brief(c.key)}, Type: "unknown_agent",
				Msg: fmt.Sprintf("template %q has no agent %q; there are: %s", t.Name, brief(c.key), listed(names)),
			})
		}
	}
	if len(wrong) > 0 {
		return invalid(wrong...)
	}
	var declared []string
	for _, p := range cfg.Providers {
		if _, ok := own[p.Name]; ok {
			declared = append(declared, p.Name)
		}
	}
	return s.checkProviders(changes, declared)
}

// listed is "a, b, c", or a word for nothing.
func listed(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}
