package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// kindScripted is the kind of provider that needs nothing.
const kindScripted = "scripted"

// maxKeyFile bounds a file that holds a key, in bytes.
const maxKeyFile = 64 << 10

// compile makes the template of a session on the models that it needs: those
// of its own agents, so that other providers need no keys.
func (v *vendors) compile(cfg *specs.Config, session string, simulate bool) (*engine.Template, specs.Diagnostics, error) {
	probe, ds := engine.Compile(cfg, session, engine.Resources{Models: simulated(cfg)})
	if simulate || ds.HasErrors() {
		return probe, ds, nil
	}
	list := needed(cfg, probe)
	models, err := v.connectOr(list, v.local(cfg, list))
	if err != nil {
		return nil, ds, err
	}
	callable, err := v.toolsOf(cfg)
	if err != nil {
		return nil, ds, err
	}
	t, ds := engine.Compile(cfg, session, engine.Resources{Models: models, Tools: callable})
	return t, ds, nil
}

// simulated puts the scripted provider in the place of every provider. What it
// says costs nothing.
func simulated(cfg *specs.Config) providers.Registry {
	models := priced(cfg)
	for name, m := range models {
		m.Settings.Price = &providers.Price{}
		models[name] = m
	}
	return models
}

// priced is that at the providers' own prices.
func priced(cfg *specs.Config) providers.Registry {
	models := providers.Registry{}
	for _, p := range cfg.Providers {
		models[p.Name] = providers.Entry{Settings: settings(p), Model: scripted.Simulate(p.Name)}
	}
	return models
}

// needed are the providers that a template's agents use, in declared order.
func needed(cfg *specs.Config, t *engine.Template) []*specs.Provider {
	return usedBy(cfg, slices.DeleteFunc(slices.Clone(cfg.Agents), func(a *specs.Agent) bool {
		return !slices.ContainsFunc(t.Participants, func(p engine.Participant) bool { return p.Kind == "agent" && p.Name == a.Name })
	}))
}

// usedBy are the providers that agents use, in declared order.
func usedBy(cfg *specs.Config, agents []*specs.Agent) []*specs.Provider {
	used := map[string]bool{}
	for _, a := range agents {
		for _, name := range a.Models {
			used[name] = true
		}
		if a.Memory != nil && a.Memory.Summarize != "" {
			used[a.Memory.Summarize] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(cfg.Providers), func(p *specs.Provider) bool { return !used[p.Name] })
}

// connect makes the models of providers. The error names all that are missing.
func (v *vendors) connect(list []*specs.Provider) (providers.Registry, error) {
	return v.connectOr(list, nil)
}

// connectOr has models in the place of some providers.
func (v *vendors) connectOr(list []*specs.Provider, instead map[string]keyless) (providers.Registry, error) {
	models := providers.Registry{}
	for _, p := range list {
		if m, ok := instead[p.Name]; ok {
			models[p.Name] = providers.Entry{Settings: settings(p), Model: m}
		}
	}
	list = slices.DeleteFunc(slices.Clone(list), func(p *specs.Provider) bool { return models[p.Name].Model != nil })
	keys, problems, missing := v.keys(list)
	if len(problems) > 0 {
		advice := "--simulate runs the scenario without any vendor."
		if missing && v.answers(context.Background(), ollama()) {
			advice += " Ollama answers on this machine: a provider of kind ollama needs no key."
		}
		return nil, usageError("%s\n%s", strings.Join(problems, "\n"), advice)
	}
	v.prepare(list, keys)
	for _, p := range list {
		set := settings(p)
		if !isVendor(p.Kind) {
			models[p.Name] = providers.Entry{Settings: set, Model: scripted.New(scripted.FromProvider(p))}
			continue
		}
		m, err := v.model(p, keys[p.Name])
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		set.Timeout, set.FirstTokenTimeout = 0, 0 // they are the wire's
		models[p.Name] = providers.Entry{Settings: set, Model: m}
	}
	if len(problems) > 0 {
		return nil, usageError("%s", strings.Join(problems, "\n"))
	}
	return models, nil
}

// keys finds the keys of providers, and says what is wrong. Keyless says that
// some have none.
func (v *vendors) keys(list []*specs.Provider) (keys map[string]string, problems []string, keyless bool) {
	keys = map[string]string{}
	for _, p := range list {
		text, _, err := key(p)
		_, missing := errors.AsType[*noKeyError](err)
		if missing && v.player != nil { // nobody is asked
			err = nil
		}
		if err != nil {
			problems = append(problems, err.Error())
			keyless = keyless || missing
		}
		keys[p.Name] = text
	}
	return keys, problems, keyless
}

// ollama is the service of that name on this machine.
func ollama() *specs.Provider {
	return &specs.Provider{Block: specs.Block{Name: "ollama"}, Kind: "ollama"}
}

// noKeyError says that a provider has no key, and where it was looked for.
type noKeyError struct {
	provider, kind string
	looked         []string
}

// Error says what to set.
func (e *noKeyError) Error() string {
	return fmt.Sprintf("provider.%s (%s) has no key: set %s, or api_key in its block", e.provider, e.kind, orList(e.looked))
}

// key is a provider's key: its api_key, or one in the environment, and the
// variable that holds it.
func key(p *specs.Provider) (text, variable string, err error) {
	names := keysOf(p.Kind)
	if !p.APIKey.IsZero() || len(names) == 0 {
		return p.APIKey.Reveal(), "", nil
	}
	e := &noKeyError{provider: p.Name, kind: p.Kind}
	for _, name := range names {
		text, variable, err := secret(name)
		if err != nil {
			return "", "", fmt.Errorf("provider.%s: %w", p.Name, err)
		}
		if text != "" {
			return text, variable, nil
		}
		e.looked = append(e.looked, name, name+"_FILE")
	}
	return "", "", e
}

// secret reads an environment variable, or the file that NAME_FILE names, and
// says which of them it was.
func secret(name string) (text, variable string, err error) {
	if text := strings.TrimSpace(os.Getenv(name)); text != "" {
		return text, name, nil
	}
	variable = name + "_FILE"
	path := os.Getenv(variable)
	if path == "" {
		return "", "", nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", variable, err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxKeyFile {
		return "", "", fmt.Errorf("%s: %s is not a file of at most %d bytes", variable, path, maxKeyFile)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", variable, err)
	}
	if text = strings.TrimSpace(string(content)); text == "" {
		return "", "", fmt.Errorf("%s: %s is empty", variable, path)
	}
	return text, variable, nil
}

// settings are what a provider's block says besides its dialect.
func settings(p *specs.Provider) providers.Settings {
	set := providers.Settings{
		Name: p.Name, Kind: p.Kind, Model: p.Model, Timeout: p.Timeout, FirstTokenTimeout: p.FirstTokenTimeout,
	}
	if set.Model == "" {
		set.Model = specs.DefaultModel(p.Kind)
	}
	if r := p.Retry; r != nil {
		set.Retry = retry(*r)
	}
	if price, known := specs.PriceOf(p, ""); known {
		set.Price = (*providers.Price)(&price)
	}
	return set
}

// retry fills what a block leaves open with the defaults.
func retry(r specs.Retry) providers.Retry {
	out := providers.DefaultRetry
	if r.Attempts > 0 {
		out.Attempts = r.Attempts
	}
	if r.MinBackoff > 0 {
		out.MinBackoff = r.MinBackoff
		out.MaxBackoff = max(out.MaxBackoff, r.MinBackoff)
	}
	if r.MaxBackoff > 0 {
		out.MaxBackoff = r.MaxBackoff
	}
	return out
}

// orList is "a, b or c".
func orList(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}
