package specs

import "slices"

func (l *loader) buildStop(n *node) *Stop {
	s := &Stop{
		Block: l.block(n), Tool: n.ref("tool").Name, Outcome: n.str("outcome"), Action: n.str("action"),
		MinTurns: n.int("min_turns"), Scope: n.ref("scope").Name, Reason: n.str("reason"), Combine: buildCombine(n),
	}
	l.exprHere(n, "when", wantBool, s.Scope != "", func(e *Expr) { s.When = e })
	if n.written("judge") {
		s.Judge = &Judge{Agent: n.ref("judge").Name, Criteria: n.str("criteria"), Every: n.int("every")}
	}
	if n.written("repeat") {
		s.Repeat = &Repeat{Of: n.str("repeat"), Times: n.int("times")}
	}
	return s
}

func buildCombine(n *node) *Combine {
	switch {
	case n.written("any"):
		return &Combine{Op: "any", Of: namesOf(n.refs("any"))}
	case n.written("all"):
		return &Combine{Op: "all", Of: namesOf(n.refs("all")), Latch: n.bool("latch")}
	case n.written("not"):
		return &Combine{Op: "not", Of: []string{n.ref("not").Name}}
	case n.written("at_least"):
		return &Combine{Op: "at_least", AtLeast: n.int("at_least"), Of: namesOf(n.refs("of")), Latch: n.bool("latch")}
	default:
		return nil
	}
}

func (l *loader) buildSession(n *node, cfg *Config) *Session {
	s := &Session{
		Block: l.block(n), Type: n.str("type"), Pattern: n.ref("pattern").Name, Agent: n.ref("agent").Name,
		Opening: n.str("opening"), Start: n.str("start"), Stops: namesOf(n.refs("stop")), OnBusy: n.str("on_busy"),
		Lifetime: n.duration("lifetime"), IdleTimeout: n.duration("idle_timeout"),
		Metadata: n.object("metadata"), OpenEnded: n.bool("open_ended"), Limits: buildLimits(n.one("limits")),
	}
	l.expr(n, "result", wantAny, func(e *Expr) { s.Result = e })
	if f := n.one("finalize"); f != nil {
		s.Finalize = &Finalize{Agent: f.ref("agent").Name, Prompt: f.str("prompt")}
	}
	if s.Type == "" {
		s.Type = sessionType(cfg, s)
	}
	if a := n.args["start"]; s.Start == "auto" && s.Opening == "" && !n.written("opening") {
		l.wrong(n, a, codeStartNow, a.expr.Range(), "A session that starts by itself needs an opening. Add opening = \"…\", or write start = \"on_message\".")
	}
	if s.Start == "" {
		s.Start = startDefault(s)
	}
	return s
}

func startDefault(s *Session) string {
	if s.Opening != "" {
		return "auto"
	}
	return "on_message"
}

// sessionType is who takes part where a session does not say.
func sessionType(cfg *Config, s *Session) string {
	chat := slices.ContainsFunc(cfg.Patterns, func(p *Pattern) bool { return p.Name == s.Pattern && p.Kind == "chat" })
	if s.Agent != "" || chat {
		return "human_agent"
	}
	return "agent_agent"
}

func buildLimits(n *node) Limits {
	if n == nil {
		return Limits{}
	}
	return Limits{
		MaxTurns: n.int("max_turns"), MaxRounds: n.int("max_rounds"), MaxMessages: n.int("max_messages"), MaxCalls: n.int("max_calls"),
		MaxToolCalls: n.int("max_tool_calls"), MaxHandoffs: n.int("max_handoffs"), MaxTokens: n.int("max_tokens"),
		MaxRepeats: n.int("max_repeats"), MaxCost: n.number("max_cost"), Timeout: n.duration("timeout"), TurnTimeout: n.duration("turn_timeout"),
	}
}

// implicitSession is the session of a scenario that declares none: around the
// one pattern that no other uses, or a chat with the one agent.
func (l *loader) implicitSession(cfg *Config) *Session {
	s := &Session{Implicit: true, OnBusy: "enqueue", Start: "on_message"}
	schema := l.root.schema.inner["session"]
	blank := &node{schema: schema}
	s.Lifetime, s.IdleTimeout = blank.duration("lifetime"), blank.duration("idle_timeout")
	switch tops := topPatterns(cfg); {
	case len(tops) == 1:
		s.Block, s.Pattern = Block{Name: tops[0].Name, Range: tops[0].Range}, tops[0].Name
	case len(cfg.Patterns) == 0 && len(cfg.Agents) == 1:
		s.Block, s.Agent = Block{Name: cfg.Agents[0].Name, Range: cfg.Agents[0].Range}, cfg.Agents[0].Name
	default:
		return nil
	}
	s.Type = sessionType(cfg, s)
	s.OpenEnded = s.Type == "human_agent"
	s.Stops = topStops(cfg)
	return s
}

// topPatterns are the patterns that no other one uses.
func topPatterns(cfg *Config) []*Pattern {
	used := map[string]bool{}
	for _, p := range cfg.Patterns {
		for _, role := range p.roles() {
			if role.Kind == RefPattern && role.Name != p.Name {
				used[role.Name] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(cfg.Patterns), func(p *Pattern) bool { return used[p.Name] })
}

// topStops are the stops that are not part of others.
func topStops(cfg *Config) []string {
	var out []string
	for _, s := range cfg.Stops {
		part := slices.ContainsFunc(cfg.Stops, func(other *Stop) bool {
			return other.Combine != nil && slices.Contains(other.Combine.Of, s.Name)
		})
		if !part {
			out = append(out, s.Name)
		}
	}
	return out
}
