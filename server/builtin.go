package server

import (
	"embed"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// The built-in templates: those of requests that name none, by the type of the
// session, and that of an agent's message to another.
const (
	builtinChat         = "chat"
	builtinConversation = "conversation"
	builtinDirect       = "direct"
)

//go:embed builtin/*.hcl
var builtinFiles embed.FS

// builtinScenario loads a built-in template. Its text is in the binary, and
// neither files nor the environment have a part in it.
func builtinScenario(name string) (Scenario, error) {
	file := "builtin/" + name + ".hcl"
	text, err := builtinFiles.ReadFile(file)
	if err != nil {
		return Scenario{}, err
	}
	cfg, ds := specs.Load(file, specs.Options{
		Overlay: map[string][]byte{file: text},
		WorkDir: filepath.Join(string(filepath.Separator), "(agentconnect)"),
		Env:     func(string) (string, bool) { return "", false },
	})
	if ds.HasErrors() {
		var b strings.Builder
		_ = ds.WriteText(&b, specs.RenderOptions{}) // a builder takes everything
		return Scenario{}, errors.New(b.String())
	}
	return Scenario{Config: cfg}, nil
}

// loadBuiltins gives the built-in templates by name.
func (s *Server) loadBuiltins() (map[string]*offer, error) {
	offers := map[string]*offer{}
	for _, name := range []string{builtinChat, builtinConversation, builtinDirect} {
		sc, err := builtinScenario(name)
		if err != nil {
			return nil, fmt.Errorf("built-in template %s: %w", name, err)
		}
		offers[name] = &offer{server: s, name: name, scenario: sc, config: usable(sc.Config, s.firstProvider()), builtin: true}
	}
	return offers, nil
}

// usable puts a provider that the server can call, if there is one, in the
// place of the one that a built-in template names.
func usable(cfg *specs.Config, provider string) *specs.Config {
	out := *cfg
	out.Agents = nil
	for _, a := range cfg.Agents {
		agent := *a
		if provider != "" {
			agent.Models = []string{provider}
		}
		out.Agents = append(out.Agents, &agent)
	}
	return &out
}
