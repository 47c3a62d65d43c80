package server

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// storedRequest is what a request changed in a template.
type storedRequest struct {
	// Template says that the request named its template; otherwise its agents
	// stand in the place of those of a built-in one.
	Template bool                    `json:"template,omitempty"`
	Type     string                  `json:"type,omitempty"`
	Agents   []storedAgent           `json:"agents,omitempty"`
	Modes    []string                `json:"modes"`
	Values   object[json.RawMessage] `json:"variables,omitempty"`
	Direct   bool                    `json:"direct,omitempty"`
	// Secrets are the sensitive variables that the environment gives.
	Secrets []string `json:"secrets,omitempty"`
	// Sealed are the variables whose values are encrypted.
	Sealed  []string `json:"sealed,omitempty"`
	Settled settled  `json:"settled"`
}

// storedAgent is an agent of a stored request. No list and no object becomes an
// empty one, or the other way round: the template's hash tells them apart.
type storedAgent struct {
	Key          string         `json:"key"`
	ID           string         `json:"id,omitempty"`
	Provider     string         `json:"provider,omitempty"`
	Model        string         `json:"model,omitempty"`
	Personality  string         `json:"personality,omitempty"`
	Capabilities []string       `json:"capabilities"`
	Metadata     map[string]any `json:"metadata"`
	// Taken says where the agent of a direct talk comes from.
	Taken *storedTaken `json:"taken,omitempty"`
}

type storedTaken struct {
	Key  string `json:"key"`
	From origin `json:"from"`
}

// origin is the blueprint of a session, with the session that it was made for.
type origin struct {
	Session   string    `json:"session"`
	Blueprint blueprint `json:"blueprint"`
}

// place is what sealed values of a session are bound to.
func (o *origin) place() string { return "session/" + o.Session }

// blueprint is what the template of a plan can be made from again. It stores
// the texts of the scenario, if they are not there yet.
func (s *Server) blueprint(ctx context.Context, id string, p *plan, in *createRequest) (blueprint, error) {
	src, err := sourceOf(p.config)
	if err != nil {
		return blueprint{}, err
	}
	key, err := s.keepSource(ctx, src)
	if err != nil {
		return blueprint{}, err
	}
	bp := blueprint{Source: key, Builtin: p.offer.builtin, Session: p.offer.name, Hash: p.template.Hash}
	if len(p.config.Files) > 0 {
		bp.At = path.Dir(p.config.Files[0])
	}
	var secrets object[json.RawMessage]
	bp.Request, secrets, err = store(p, in)
	if err != nil {
		return blueprint{}, err
	}
	p.origin = &origin{id, bp}
	if len(secrets) > 0 {
		text, err := json.Marshal(secrets)
		if err != nil {
			return blueprint{}, err
		}
		bp.Sealed = s.seal.seal(p.origin.place(), text)
	}
	p.origin.Blueprint = bp
	return bp, nil
}

// store is a request as it is stored, and apart from it the values that only
// may be stored encrypted.
func store(p *plan, in *createRequest) (r storedRequest, secrets object[json.RawMessage], err error) {
	r = storedRequest{Template: in.template != "", Type: in.sessionType, Modes: in.modes, Direct: in.direct, Settled: p.set}
	for _, a := range in.agents {
		one := storedAgent{a.key, a.id, a.provider, a.model, a.personality, a.capabilities, a.metadata, nil}
		if x := a.taken; x != nil {
			if x.plan.origin == nil {
				return r, nil, errTemplateGone.because(fmt.Errorf("agent %s: nothing is stored of its session", a.id))
			}
			one.Taken = &storedTaken{x.key, *x.plan.origin}
		}
		r.Agents = append(r.Agents, one)
	}
	given := map[string]bool{}
	for _, v := range in.variables {
		given[v.key] = true
		if declared := variableOf(p.config, v.key); declared == nil || declared.Sensitive {
			secrets = append(secrets, v)
			r.Sealed = append(r.Sealed, v.key)
		} else {
			r.Values = append(r.Values, v)
		}
	}
	for _, v := range p.config.Variables { // those from the environment, which another node may not have
		value := cmp.Or(string(v.Value), "null")
		switch {
		case given[v.Name]:
		case v.Sensitive:
			r.Secrets = append(r.Secrets, v.Name)
		case value != cmp.Or(string(v.Default), "null"):
			r.Values = append(r.Values, member[json.RawMessage]{v.Name, v.Value})
		}
	}
	return r, secrets, nil
}

func variableOf(cfg *specs.Config, name string) *specs.Variable {
	if i := slices.IndexFunc(cfg.Variables, func(v *specs.Variable) bool { return v.Name == name }); i >= 0 {
		return cfg.Variables[i]
	}
	return nil
}

// request is a stored request as it came, with the values that were sealed.
func (s *Server) request(o *origin) (*createRequest, error) {
	r := &o.Blueprint.Request
	in := &createRequest{sessionType: r.Type, modes: r.Modes, variables: slices.Clone(r.Values), direct: r.Direct}
	if r.Template {
		in.template = o.Blueprint.Session
	}
	for _, a := range r.Agents {
		in.agents = append(in.agents, agentRequest{
			id: a.ID, key: a.Key, provider: a.Provider, model: a.Model, personality: a.Personality,
			capabilities: a.Capabilities, metadata: a.Metadata,
		})
	}
	if len(o.Blueprint.Sealed) == 0 {
		return in, nil
	}
	if s.seal == nil { // only looked at: nothing that decides depends on secrets
		for _, name := range r.Sealed {
			in.variables = append(in.variables, member[json.RawMessage]{name, json.RawMessage(`"(secret)"`)})
		}
		return in, nil
	}
	text, err := s.seal.open(o.place(), o.Blueprint.Sealed)
	if err != nil {
		return nil, fmt.Errorf("values of sensitive variables: %w", err)
	}
	secrets, err := members(text)
	if err != nil {
		return nil, fmt.Errorf("values of sensitive variables: %w: %w", errDoc, err)
	}
	in.variables = append(in.variables, secrets...)
	return in, nil
}
