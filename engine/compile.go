package engine

import (
	"encoding/json"
	"fmt"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// Resources are what a template runs on.
type Resources struct {
	// Models has an entry for every provider that the session's agents use.
	Models providers.Registry
	// Tools are what agents may call, by the name of the tool block. What is
	// missing cannot be called: each call of it fails.
	Tools map[string][]Tool
}

// Compile turns a session of a checked scenario into a template. What it cannot
// make of it is reported at the place that asks for it.
func Compile(cfg *specs.Config, session string, res Resources) (*Template, specs.Diagnostics) {
	c := &compiler{
		res: res, nodes: map[string]*node{}, stops: map[string]*stop{},
		agentSpecs: byName(cfg.Agents, func(a *specs.Agent) string { return a.Name }),
		humanSpecs: byName(cfg.Humans, func(h *specs.Human) string { return h.Name }),
		patterns:   byName(cfg.Patterns, func(p *specs.Pattern) string { return p.Name }),
		toolSpecs:  byName(cfg.Tools, func(t *specs.Tool) string { return t.Name }),
		stopSpecs:  byName(cfg.Stops, func(s *specs.Stop) string { return s.Name }),
		t: &Template{
			Name: session, Hash: cfg.Hash, variables: map[string]json.RawMessage{},
			agents: map[string]*agent{}, humans: map[string]*human{},
		},
	}
	i := indexOf(cfg.Sessions, func(s *specs.Session) bool { return s.Name == session })
	if i < 0 {
		c.report("AC8001", "Unknown session", specs.Range{}, fmt.Sprintf("The scenario has no session %q.", session))
		return nil, c.diags
	}
	for _, v := range cfg.Variables {
		if !v.Sensitive && v.Value != nil {
			c.t.variables[v.Name] = v.Value
		}
	}
	c.session(cfg.Sessions[i])
	if c.diags.HasErrors() {
		return nil, c.diags
	}
	c.t.systemPrompts()
	return c.t, c.diags
}

type compiler struct {
	t          *Template
	res        Resources
	agentSpecs map[string]*specs.Agent
	humanSpecs map[string]*specs.Human
	patterns   map[string]*specs.Pattern
	toolSpecs  map[string]*specs.Tool
	stopSpecs  map[string]*specs.Stop
	nodes      map[string]*node
	stops      map[string]*stop
	diags      specs.Diagnostics
}

func byName[T any](items []T, name func(T) string) map[string]T {
	m := make(map[string]T, len(items))
	for _, it := range items {
		m[name(it)] = it
	}
	return m
}

func indexOf[T any](items []T, is func(T) bool) int {
	for i, it := range items {
		if is(it) {
			return i
		}
	}
	return -1
}

func (c *compiler) report(code, summary string, at specs.Range, detail string) {
	d := specs.Diagnostic{Severity: specs.SeverityError, Code: code, Summary: summary, Detail: detail}
	if at != (specs.Range{}) {
		d.Range = &at
	}
	c.diags = append(c.diags, d)
}

func (c *compiler) session(s *specs.Session) {
	c.t.spec, c.t.Type, c.t.Description, c.t.Bound = s, s.Type, s.Description, s.Bound
	if s.Agent != "" {
		c.t.root = c.chatOf(s)
	} else if p := c.patterns[s.Pattern]; p != nil {
		c.t.root = c.node(p)
	}
	for _, name := range s.Stops {
		c.t.stops = append(c.t.stops, c.stop(c.stopSpecs[name]))
	}
	if f := s.Finalize; f != nil {
		c.t.finalize = &finalize{agent: c.agent(f.Agent), prompt: f.Prompt}
	}
	c.t.limits = limitsOf(s)
	c.watch()
	for _, st := range c.t.stops {
		c.t.reads |= st.reads
	}
	c.t.ticks = c.t.reads&specs.PartElapsed != 0
}

// watch notes what the stop conditions need to be told of.
func (c *compiler) watch() {
	c.t.judges, c.t.watched = judgesOf(c.t.stops), map[string]bool{}
	watched(c.t.stops, "", c.t.watched)
	if c.t.spec.Limits.MaxRepeats > 0 {
		c.t.watched[""] = true
	}
	if len(c.t.judges) > 0 {
		c.t.judging = &ask{form: judgeForm(), decides: true}
	}
}

// chatOf is the pattern of a session that names an agent alone.
func (c *compiler) chatOf(s *specs.Session) *node {
	p := &specs.Pattern{
		Block: specs.Block{Name: s.Name, Range: s.Range}, Kind: "chat", OnError: "fail", Result: "last",
		Participants: []specs.Ref{{Kind: specs.RefAgent, Name: s.Agent, Range: s.Arg("agent")}},
	}
	return c.node(p)
}

func (c *compiler) node(p *specs.Pattern) *node {
	if n := c.nodes[p.Name]; n != nil {
		return n
	}
	n := &node{name: p.Name, kind: p.Kind, spec: p, skip: p.OnError == "skip"}
	c.nodes[p.Name] = n
	for _, ref := range p.Participants {
		n.slots = append(n.slots, c.slot(ref.Name, ref))
	}
	n.pattern = c.pattern(n)
	if n.patience == 0 {
		n.patience = 3*len(n.slots) + 3
	}
	c.summarizer(n)
	return n
}

func (c *compiler) slot(name string, ref specs.Ref) slot {
	switch ref.Kind {
	case specs.RefAgent:
		return slot{name: name, agent: c.agent(ref.Name)}
	case specs.RefHuman:
		return slot{name: name, human: c.human(ref.Name)}
	default:
		return slot{name: name, node: c.node(c.patterns[ref.Name])}
	}
}

func (c *compiler) human(name string) *human {
	h := c.t.humans[name]
	if h == nil {
		h = &human{spec: c.humanSpecs[name]}
		c.t.humans[name] = h
		c.t.order = append(c.t.order, name)
		c.t.Participants = append(c.t.Participants, Participant{Name: name, Kind: "human"})
	}
	return h
}

func (c *compiler) agent(name string) *agent {
	if a := c.t.agents[name]; a != nil {
		return a
	}
	spec := c.agentSpecs[name]
	a := &agent{spec: spec, display: spec.DisplayName, window: windowOf(spec)}
	if a.display == "" {
		a.display = name
	}
	c.t.agents[name] = a
	c.t.order = append(c.t.order, name)
	for i, p := range spec.Models {
		entry, ok := c.entry(p, spec.Arg("provider"))
		if !ok {
			continue
		}
		link := chainLink{entry: entry, model: entry.Settings.Model}
		if i == 0 && spec.Model != "" {
			link.model = spec.Model
		}
		a.chain = append(a.chain, link)
	}
	if len(a.chain) > 0 {
		first := a.chain[0]
		c.t.Participants = append(c.t.Participants, Participant{
			Name: name, Kind: "agent", DisplayName: spec.DisplayName, Provider: first.entry.Settings.Name, Model: first.model,
		})
	}
	c.tools(a)
	if m := spec.Memory; m != nil && m.Summarize != "" {
		if entry, ok := c.entry(m.Summarize, spec.Arg("memory.summarize")); ok {
			a.summarizer = &chainLink{entry: entry, model: entry.Settings.Model}
		}
	}
	if spec.Output != nil {
		a.schema = c.schema(spec)
	}
	return a
}

func (c *compiler) entry(name string, at specs.Range) (providers.Entry, bool) {
	entry, ok := c.res.Models[name]
	if !ok {
		c.report("AC8003", "No model for a provider", at, fmt.Sprintf("There is no model for provider %q.", name))
	}
	return entry, ok
}

func (c *compiler) tools(a *agent) {
	for _, name := range a.spec.Tools {
		tools, ok := c.res.Tools[name]
		switch spec := c.toolSpecs[name]; {
		case spec.Builtin != "":
			tools = []Tool{c.t.builtin(spec)}
		case !ok:
			tools = []Tool{absent(spec)}
		}
		for _, t := range tools {
			a.give(t)
			if a.blocks == nil {
				a.blocks = map[string]string{}
			}
			a.blocks[t.Spec.Name] = name
		}
	}
}

func (c *compiler) schema(spec *specs.Agent) *jsonschema.Resolved {
	var s jsonschema.Schema
	err := json.Unmarshal(spec.Output.Schema, &s)
	if err == nil {
		var r *jsonschema.Resolved
		if r, err = s.Resolve(nil); err == nil {
			return r
		}
	}
	c.report("AC8004", "Unusable JSON schema", spec.Arg("output"), fmt.Sprintf("The output of agent %q has a schema that cannot be used: %s.", spec.Name, err))
	return nil
}
