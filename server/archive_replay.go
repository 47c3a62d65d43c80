package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// ReplayArchive runs the session of an archive again, without any model, and
// gives the first place at which it is not what its log says, or nil. load
// makes the template; nil stands for the archive's own, see [Archive.Compile].
func ReplayArchive(ctx context.Context, r io.Reader, load func(*Archive) (*engine.Template, error)) (*engine.Divergence, error) {
	a, err := ReadArchive(r)
	if err != nil {
		return nil, err
	}
	if load == nil {
		load = func(a *Archive) (*engine.Template, error) { return a.Compile(ctx, nil) }
	}
	t, err := load(a)
	if err != nil {
		return nil, err
	}
	return engine.Replay(ctx, t, a.Events())
}

// Compile makes what the session was started from, made of what the archive has.
// connect makes the providers of its scenario; nil stands for ones that cannot
// be called. Secrets are not in an archive: values that must not be known stand
// for them. A scenario that may hold secrets itself is encrypted, and gives an
// error here: import the archive where it was exported, or load the scenario
// from its files.
func (a *Archive) Compile(ctx context.Context, connect func(*specs.Config) (providers.Registry, error)) (*engine.Template, error) {
	if connect == nil {
		connect = silent
	}
	s := &Server{cfg: Config{Connect: connect, Models: a.models()}, made: newMade()}
	s.made.given = map[string]*source{}
	for key, src := range a.sources {
		if src.Texts == nil {
			return nil, errors.New("the archive's scenario is encrypted, since it may hold secrets: import the archive into the server that it is from, or give the scenario's files")
		}
		if got, _, err := s.keyOf(src.Texts); err != nil || got != key {
			return nil, fmt.Errorf("texts of the scenario: %w", ErrArchive)
		}
		s.made.given[key] = src.Texts
	}
	p, err := s.planOf(ctx, a.ID, a.doc)
	if e, ok := errors.AsType[*apiError](err); ok && e.cause != nil {
		err = fmt.Errorf("session %s: %w", a.ID, e.cause)
	}
	if err != nil {
		return nil, err
	}
	return p.template, nil
}

// models stand for those of the server that the session ran on.
func (a *Archive) models() providers.Registry {
	models := providers.Registry{}
	for _, bp := range a.doc.Blueprint.origins() {
		for name, was := range bp.Request.Settled.Models {
			models[name] = providers.Entry{
				Settings: providers.Settings{Name: name, Kind: was.Kind, Model: was.Model, Price: was.Price, Retry: providers.DefaultRetry}, Model: mute{},
			}
		}
		for _, one := range bp.Request.Agents {
			if _, known := models[one.Provider]; !known && one.Provider != "" {
				models[one.Provider] = providers.Entry{Settings: providers.Settings{Name: one.Provider, Model: one.Model}, Model: mute{}}
			}
		}
	}
	return models
}

// silent are the providers of a scenario as ones that cannot be called.
func silent(cfg *specs.Config) (providers.Registry, error) {
	models := providers.Registry{}
	for _, p := range cfg.Providers {
		set := providers.Settings{
			Name: p.Name, Kind: p.Kind, Model: p.Model, Timeout: p.Timeout, FirstTokenTimeout: p.FirstTokenTimeout, Retry: providers.DefaultRetry,
		}
		if set.Model == "" {
			set.Model = specs.DefaultModel(p.Kind)
		}
		if price, known := specs.PriceOf(p, ""); known {
			set.Price = (*providers.Price)(&price)
		}
		models[p.Name] = providers.Entry{Settings: set, Model: mute{}}
	}
	return models, nil
}

// mute is a model that cannot be called.
type mute struct{}

func (mute) Stream(context.Context, *providers.Request) iter.Seq2[providers.Chunk, error] {
	return func(yield func(providers.Chunk, error) bool) {
		yield(providers.Chunk{}, &providers.Error{Kind: providers.Other, Message: "the model is not called"})
	}
}
