package main

import (
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

// keysOf are the environment variables that may hold the key of a kind of
// provider, the first that is set counts; each also as NAME_FILE, the path of a
// file with the key. There are none where no key is needed.
func keysOf(kind string) []string {
	switch kind {
	case "openai":
		return []string{"OPENAI_API_KEY"}
	case "anthropic":
		return []string{"ANTHROPIC_API_KEY"}
	case "google":
		return []string{"GEMINI_API_KEY", "GOOGLE_API_KEY"}
	case "groq":
		return []string{"GROQ_API_KEY"}
	case "mistral":
		return []string{"MISTRAL_API_KEY"}
	case "xai":
		return []string{"XAI_API_KEY"}
	case "deepseek":
		return []string{"DEEPSEEK_API_KEY"}
	case "openrouter":
		return []string{"OPENROUTER_API_KEY"}
	default: // scripted; ollama is a local server; openai_compatible says its key itself
		return nil
	}
}

// compile makes the template of a session on the models that it needs: those
// of its own agents, so that other providers need no keys.
func compile(cfg *specs.Config, session string, simulate bool) (*engine.Template, specs.Diagnostics, error) {
	probe, ds := engine.Compile(cfg, session, engine.Resources{Models: simulated(cfg)})
	if simulate || ds.HasErrors() {
		return probe, ds, nil
	}
	models, err := connect(needed(cfg, probe))
	if err != nil {
		return nil, ds, err
	}
	t, ds := engine.Compile(cfg, session, engine.Resources{Models: models})
	return t, ds, nil
}

// simulated puts the scripted provider in the place of every provider. What it
// says costs nothing.
func simulated(cfg *specs.Config) providers.Registry {
	models := providers.Registry{}
	for _, p := range cfg.Providers {
		set := settings(p)
		set.Price = &providers.Price{}
		models[p.Name] = providers.Entry{Settings: set, Model: scripted.Simulate(p.Name)}
	}
	return models
}

// needed are the providers that a template's agents use, in declared order.
func needed(cfg *specs.Config, t *engine.Template) []*specs.Provider {
	used := map[string]bool{}
	for _, a := range cfg.Agents {
		if !slices.ContainsFunc(t.Participants, func(p engine.Participant) bool { return p.Kind == "agent" && p.Name == a.Name }) {
			continue
		}
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
func connect(list []*specs.Provider) (providers.Registry, error) {
	models := providers.Registry{}
	var problems []string
	for _, p := range list {
		if p.Kind == kindScripted {
			models[p.Name] = providers.Entry{Settings: settings(p), Model: scripted.New(scripted.FromProvider(p))}
			continue
		}
		if err := key(p); err != nil {
			problems = append(problems, err.Error())
			continue
		}
		problems = append(problems, fmt.Sprintf("provider.%s: this version of agentconnect cannot call %s yet", p.Name, p.Kind))
	}
	if len(problems) > 0 {
		return nil, usageError("%s\n--simulate runs the scenario without any vendor.", strings.Join(problems, "\n"))
	}
	return models, nil
}

// key looks whether a provider has its key: its api_key, or one in the
// environment.
func key(p *specs.Provider) error {
	names := keysOf(p.Kind)
	if !p.APIKey.IsZero() || len(names) == 0 {
		return nil
	}
	var looked []string
	for _, name := range names {
		text, err := secret(name)
		if err != nil {
			return fmt.Errorf("provider.%s: %w", p.Name, err)
		}
		if text != "" {
			return nil
		}
		looked = append(looked, name, name+"_FILE")
	}
	return fmt.Errorf("provider.%s (%s) has no key: set %s, or api_key in its block", p.Name, p.Kind, orList(looked))
}

// secret reads an environment variable, or the file that NAME_FILE names.
func secret(name string) (string, error) {
	if text := os.Getenv(name); text != "" {
		return text, nil
	}
	path := os.Getenv(name + "_FILE")
	if path == "" {
		return "", nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxKeyFile {
		return "", fmt.Errorf("%s_FILE: %s is not a file of at most %d bytes", name, path, maxKeyFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	if strings.TrimSpace(string(text)) == "" {
		return "", fmt.Errorf("%s_FILE: %s is empty", name, path)
	}
	return strings.TrimSpace(string(text)), nil
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
