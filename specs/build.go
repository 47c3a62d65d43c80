package specs

import (
	"encoding/json"
	"slices"
)

// build makes the configuration of the blocks. Broken ones are in it with what
// is known of them, so that the checks see who is referred to; a configuration
// with errors is never given out.
func (l *loader) build() *Config {
	cfg := &Config{Dir: l.folder.dir, workDir: l.workDir, Files: slices.Clone(l.files), Variables: l.configVariables()}
	for _, n := range l.root.blocks {
		if n.name == "" || n.opaque || l.names[nameSpace(n.schema.refKind())][n.name] != n {
			continue
		}
		switch n.schema.name {
		case "provider":
			cfg.Providers = append(cfg.Providers, l.buildProvider(n))
		case "agent":
			cfg.Agents = append(cfg.Agents, l.buildAgent(n))
		case "human":
			cfg.Humans = append(cfg.Humans, l.buildHuman(n))
		case "tool":
			cfg.Tools = append(cfg.Tools, l.buildTool(n))
		case "pattern":
			cfg.Patterns = append(cfg.Patterns, l.buildPattern(n))
		case "stop":
			cfg.Stops = append(cfg.Stops, l.buildStop(n))
		}
	}
	for _, n := range l.blocksOf("session") {
		if n.name != "" && l.names["session"][n.name] == n {
			cfg.Sessions = append(cfg.Sessions, l.buildSession(n, cfg))
		}
	}
	if len(l.blocksOf("session")) == 0 && !l.syntaxErrors {
		if s := l.implicitSession(cfg); s != nil {
			cfg.Sessions = append(cfg.Sessions, s)
		}
	}
	return cfg
}

func namesOf(refs []Ref) []string {
	if refs == nil {
		return nil
	}
	out := make([]string, len(refs))
	for i, ref := range refs {
		out[i] = ref.Name
	}
	return out
}

// refMapNames keeps the names; a nil map stays nil.
func namesOfMap(refs map[string][]Ref) map[string][]string {
	if refs == nil {
		return nil
	}
	out := make(map[string][]string, len(refs))
	for from, to := range refs {
		out[from] = namesOf(to)
	}
	return out
}

// object is an argument that takes any object.
func (n *node) object(name string) map[string]any {
	text := get[json.RawMessage](n, name)
	if len(text) == 0 {
		return nil
	}
	var out map[string]any
	if json.Unmarshal(text, &out) != nil {
		return nil
	}
	return out
}

// optFloat is a number that may be left out.
func (n *node) optFloat(name string) *float64 {
	if !n.written(name) {
		return nil
	}
	f := n.number(name)
	return &f
}
