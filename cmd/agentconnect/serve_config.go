package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/config"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
	"github.com/agentconnect-dev/agentconnect/server"
	"github.com/agentconnect-dev/agentconnect/specs"
)

func controlPath(set *config.Settings) string { return filepath.Join(string(set.DataDir), controlFile) }

// serverConfig is what the settings say about the server itself.
func serverConfig(v *vendors, set *config.Settings, log *slog.Logger) (server.Config, error) {
	models, list, err := offer(v, set, log)
	v.pool(log)
	return server.Config{
		Models: models, ProviderList: list, Connect: v.modelsOf, Tools: v.toolsOf,
		CORSOrigins: set.Server.CORSOrigins, TrustedProxies: set.Server.TrustedProxies,
		Limits: server.Limits{
			Disabled: !set.Limits.Enabled, Login: set.Limits.Login, Verify: set.Limits.Verify,
			SessionCreate: set.Limits.SessionCreate, SessionQuery: set.Limits.SessionQuery, Query: set.Limits.Query,
			Agent: set.Limits.Agent, Message: set.Limits.Message,
		},
		Sessions: server.SessionSettings{
			MaxPerUser: set.Sessions.MaxPerUser, Lifetime: set.Sessions.Lifetime,
			IdleTimeout: set.Sessions.IdleTimeout, Retention: set.Sessions.Retention,
		},
		WS: server.SocketSettings{
			PingInterval: set.WS.PingInterval, PongTimeout: set.WS.PongTimeout, MaxFrame: int(set.WS.MaxFrame),
			QueueFrames: set.WS.QueueFrames, QueueBytes: int(set.WS.QueueBytes),
		},
		MetricsForAll: set.Server.Metrics == "all", Version: thisBuild().Version, Logger: log,
	}, err
}

// offer makes the providers for requests without a template: those of the
// configuration, those whose keys are in the environment, Ollama if it answers on
// this machine, and the scripted one.
// One that is configured and does not work is an error, one that was found is
// shown as not available.
func offer(v *vendors, set *config.Settings, log *slog.Logger) (providers.Registry, []server.ProviderInfo, error) {
	models := providers.Registry{}
	var list []server.ProviderInfo
	named, err := configured(set)
	if err != nil {
		return nil, nil, err
	}
	given := map[string]bool{}
	for i, spec := range named {
		p := &set.Providers[i]
		given[p.Name] = true
		made, err := v.connected(spec)
		if err != nil {
			return nil, nil, usageError("%s", strings.Replace(err.Error(), "provider.", "providers.", 1))
		}
		models[p.Name] = made
		list = append(list, describeProvider(p.Name, spec, p.Models, true))
	}
	for _, kind := range keyedKinds() {
		if given[kind] || !hasKey(kind) {
			continue
		}
		spec := &specs.Provider{Block: specs.Block{Name: kind}, Kind: kind}
		made, err := v.connected(spec)
		if err == nil {
			models[kind] = made
		} else {
			log.Warn("a provider is not available", "provider", kind, "error", err)
		}
		list = append(list, describeProvider(kind, spec, nil, err == nil))
	}
	if local := ollama(); !given[local.Name] && v.answers(context.Background(), local) {
		if made, err := v.connected(local); err == nil {
			models[local.Name] = made
			list = append(list, describeProvider(local.Name, local, nil, true))
		}
	}
	if !given[kindScripted] {
		spec := &specs.Provider{Block: specs.Block{Name: kindScripted}, Kind: kindScripted}
		free := settings(spec)
		free.Price = &providers.Price{}
		models[kindScripted] = providers.Entry{Settings: free, Model: scripted.Simulate(kindScripted)}
		list = append(list, describeProvider(kindScripted, spec, nil, true))
	}
	return models, list, nil
}

// kindCompatible is the kind of provider that has no default model.
const kindCompatible = "openai_compatible"

// keyedKinds are the kinds of providers that a key in the environment calls
// for.
func keyedKinds() []string {
	return slices.DeleteFunc(vendorKinds(), func(kind string) bool { return len(keysOf(kind)) == 0 })
}

func hasKey(kind string) bool {
	return slices.ContainsFunc(keysOf(kind), func(name string) bool {
		return os.Getenv(name) != "" || os.Getenv(name+"_FILE") != ""
	})
}

// connected makes the model of one provider.
func (v *vendors) connected(spec *specs.Provider) (providers.Entry, error) {
	models, err := v.connect([]*specs.Provider{spec})
	if err != nil {
		return providers.Entry{}, serving(err)
	}
	return models[spec.Name], nil
}

// serving is an error about providers without the advice for those who run a
// scenario.
func serving(err error) error {
	text, _, _ := strings.Cut(err.Error(), "\n--simulate")
	return usageError("%s", text)
}

func describeProvider(key string, spec *specs.Provider, models []string, usable bool) server.ProviderInfo {
	model := settings(spec).Model
	if !slices.Contains(models, model) && model != "" {
		models = append([]string{model}, models...)
	}
	return server.ProviderInfo{Key: key, Name: displayName(key), Models: models, DefaultModel: model, IsAvailable: usable}
}

// displayName is what people call a provider.
func displayName(key string) string {
	switch key {
	case "openai":
		return "OpenAI"
	case "deepseek":
		return "DeepSeek"
	case "openrouter":
		return "OpenRouter"
	case "xai":
		return "xAI"
	default:
		return strings.ToUpper(key[:1]) + key[1:]
	}
}
