package server

import (
	"maps"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// providersOf are the names of the providers that a scenario's agents use.
func providersOf(cfg *specs.Config) []string {
	var names []string
	for _, a := range cfg.Agents {
		names = append(names, a.Models...)
		if a.Memory != nil && a.Memory.Summarize != "" {
			names = append(names, a.Memory.Summarize)
		}
	}
	return names
}

// settledModels are what the providers of a scenario's agents are, by name.
func settledModels(cfg *specs.Config, models providers.Registry) map[string]settledModel {
	out := map[string]settledModel{}
	for _, name := range providersOf(cfg) {
		if entry, ok := models[name]; ok {
			out[name] = settledModel{entry.Settings.Kind, entry.Settings.Model, entry.Settings.Price}
		}
	}
	return out
}

// fixed are models as they were settled.
func (s *settled) fixed(models providers.Registry) providers.Registry {
	if len(s.Models) == 0 {
		return models
	}
	out := maps.Clone(models)
	for name, was := range s.Models {
		if entry, ok := out[name]; ok {
			entry.Settings.Kind, entry.Settings.Model, entry.Settings.Price = was.Kind, was.Model, was.Price
			out[name] = entry
		}
	}
	return out
}

// absent are the providers that a scenario's agents use and that are not there.
func absent(cfg *specs.Config, models providers.Registry) []string {
	seen := map[string]bool{}
	var out []string
	for _, name := range providersOf(cfg) {
		if _, ok := models[name]; !ok && !seen[name] {
			out = append(out, name[strings.LastIndexByte(name, '/')+1:])
		}
		seen[name] = true
	}
	return out
}
