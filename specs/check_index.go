package specs

import "maps"

// An index finds the blocks of a configuration by name.
type index struct {
	cfg       *Config
	providers map[string]*Provider
	agents    map[string]*Agent
	humans    map[string]*Human
	tools     map[string]*Tool
	patterns  map[string]*Pattern
	stops     map[string]*Stop
	casts     map[string]*cast // by pattern
}

func newIndex(cfg *Config) *index {
	return &index{
		cfg:       cfg,
		casts:     map[string]*cast{},
		providers: byName(cfg.Providers, func(p *Provider) string { return p.Name }),
		agents:    byName(cfg.Agents, func(a *Agent) string { return a.Name }),
		humans:    byName(cfg.Humans, func(h *Human) string { return h.Name }),
		tools:     byName(cfg.Tools, func(t *Tool) string { return t.Name }),
		patterns:  byName(cfg.Patterns, func(p *Pattern) string { return p.Name }),
		stops:     byName(cfg.Stops, func(s *Stop) string { return s.Name }),
	}
}

func byName[T any](blocks []T, name func(T) string) map[string]T {
	out := make(map[string]T, len(blocks))
	for _, b := range blocks {
		out[name(b)] = b
	}
	return out
}

// A role is a place in a pattern and who takes it.
type role struct {
	// name is the argument: participants, critic, node.draft.run, ….
	name string
	Ref
}

// roles are all the participants of a pattern with their places.
func (p *Pattern) roles() []role {
	var out []role
	add := func(name string, refs ...Ref) {
		for _, ref := range refs {
			out = append(out, role{name, ref})
		}
	}
	opt := func(name string, ref *Ref) {
		if ref != nil {
			add(name, *ref)
		}
	}
	add("participants", p.Participants...)
	if p.Parallel != nil {
		opt("aggregate", p.Parallel.Aggregate)
	}
	if p.Loop != nil {
		opt("critic", p.Loop.Critic)
	}
	if p.Selector != nil {
		opt("chair", p.Selector.Chair)
		add("candidates", p.Selector.Candidates...)
		opt("fallback", p.Selector.Fallback)
	}
	if p.Router != nil {
		opt("classifier", p.Router.Classifier)
		for _, route := range p.Router.Routes {
			add("to", route.To)
		}
		add("default", p.Router.Default)
	}
	if p.Manager != nil {
		add("manager", p.Manager.Manager)
		add("workers", p.Manager.Workers...)
	}
	if p.Debate != nil {
		opt("judge", p.Debate.Judge)
	}
	if p.Vote != nil {
		opt("tie", p.Vote.TieBreaker)
	}
	if p.Graph != nil {
		for _, node := range p.Graph.Nodes {
			add("run", node.Run)
		}
	}
	if p.PlanExecute != nil {
		add("planner", p.PlanExecute.Planner)
		opt("approve", p.PlanExecute.Approve)
	}
	if p.Blackboard != nil {
		for _, rule := range p.Blackboard.Rules {
			add("run", rule.Run)
		}
	}
	return out
}

// A cast is what a session can reach.
type cast struct {
	agents   map[string]bool
	humans   map[string]bool
	patterns map[string]bool
}

// cast is what a session can reach: by its pattern, and besides. It is only
// for reading, since sessions with the same pattern share it.
func (ix *index) cast(s *Session) *cast {
	var besides []string
	if s.Agent != "" {
		besides = append(besides, s.Agent)
	}
	if s.Finalize != nil && s.Finalize.Agent != "" {
		besides = append(besides, s.Finalize.Agent)
	}
	for _, stop := range ix.stopsOf(s) {
		if stop.Judge != nil {
			besides = append(besides, stop.Judge.Agent)
		}
	}
	out := ix.reach(s.Pattern)
	if len(besides) > 0 {
		out = &cast{maps.Clone(out.agents), out.humans, out.patterns}
		for _, name := range besides {
			out.agents[name] = true
		}
	}
	return out
}

// reach walks a pattern and those inside of it, once.
func (ix *index) reach(pattern string) *cast {
	if out := ix.casts[pattern]; out != nil {
		return out
	}
	out := &cast{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	ix.enter(out, pattern)
	ix.casts[pattern] = out
	return out
}

func (ix *index) enter(out *cast, name string) {
	p := ix.patterns[name]
	if p == nil || out.patterns[name] {
		return
	}
	out.patterns[name] = true
	for _, role := range p.roles() {
		switch role.Kind {
		case RefAgent:
			out.agents[role.Name] = true
		case RefHuman:
			out.humans[role.Name] = true
		case RefPattern:
			ix.enter(out, role.Name)
		}
	}
}

// stopsOf are a session's stops and all that they are combined of, each once.
func (ix *index) stopsOf(s *Session) []*Stop {
	var out []*Stop
	seen := map[string]bool{}
	todo := append([]string(nil), s.Stops...)
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		stop := ix.stops[name]
		if stop == nil || seen[name] {
			continue
		}
		seen[name] = true
		out = append(out, stop)
		if stop.Combine != nil {
			todo = append(todo, stop.Combine.Of...)
		}
	}
	return out
}

// names of a map's keys, in no order.
func names[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for name := range maps.Keys(m) {
		out = append(out, name)
	}
	return out
}
