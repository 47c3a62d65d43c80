package main

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// keyless stands for a vendor whose key is missing, where Ollama comes behind it
// in every chain of models and answers: each call fails, and the next model of
// the chain is asked.
type keyless struct{ err *providers.Error }

// Stream implements [providers.Model].
func (k keyless) Stream(context.Context, *providers.Request) iter.Seq2[providers.Chunk, error] {
	return func(yield func(providers.Chunk, error) bool) {
		err := *k.err
		yield(providers.Chunk{}, &err)
	}
}

// local are the models in the place of providers without a key that a scenario
// can do without: wherever an agent has one, it falls back to an Ollama that is
// there.
func (v *vendors) local(cfg *specs.Config, list []*specs.Provider) map[string]keyless {
	models := map[string]keyless{}
	there := map[string]bool{} // by provider, asked once
	for _, p := range list {
		if _, _, err := key(p); v.player == nil && err != nil {
			missing, ok := errors.AsType[*noKeyError](err)
			if ok && v.dispensable(cfg, p.Name, there) {
				models[p.Name] = keyless{&providers.Error{Kind: providers.Auth, Provider: p.Name, Vendor: p.Kind, Message: missing.Error()}}
			}
		}
	}
	return models
}

// dispensable says whether all agents that use a provider have an Ollama that
// answers behind it.
func (v *vendors) dispensable(cfg *specs.Config, name string, there map[string]bool) bool {
	for _, a := range cfg.Agents {
		if a.Memory != nil && a.Memory.Summarize == name {
			return false
		}
		i := slices.Index(a.Models, name)
		if i >= 0 && !slices.ContainsFunc(a.Models[i+1:], func(next string) bool { return v.isThere(cfg, next, there) }) {
			return false
		}
	}
	return true
}

// isThere says whether a provider is an Ollama that answers.
func (v *vendors) isThere(cfg *specs.Config, name string, there map[string]bool) bool {
	answers, asked := there[name]
	if asked {
		return answers
	}
	for _, p := range cfg.Providers {
		if p.Name == name && p.Kind == "ollama" {
			answers = v.answers(context.Background(), p)
		}
	}
	there[name] = answers
	return answers
}
