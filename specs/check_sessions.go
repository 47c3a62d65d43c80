package specs

import "time"

func (c *domain) session(s *Session) {
	address := "session." + s.Name
	_, pattern := s.Args["pattern"]
	_, agent := s.Args["agent"]
	if pattern == agent && !s.Implicit {
		c.report(codeSessionRuns, address, s.Arg("agent"),
			"A session runs pattern = pattern.x, or agent = agent.x for a plain chat; it has %s.", bothOrNone(agent))
		return
	}
	if s.OpenEnded && s.Type != "human_agent" {
		c.report(codeOpenEnded, address, s.Arg("open_ended"),
			"open_ended leaves it to a person when the session ends, so it needs type = \"human_agent\"; the type is %q.", s.Type)
	}
	who := c.cast(s)
	c.chats(s, who)
	c.floors(s, who)
	c.agentModes(s, who)
	c.sessionStops(s, who)
	c.times(s)
	c.counts(s, who)
	c.rounds(s)
}

// chats refuses chats where no person writes.
func (c *domain) chats(s *Session, who *cast) {
	if s.Type != "agent_agent" {
		return
	}
	if s.Agent != "" {
		c.report(codeChatPlace, "session."+s.Name, s.Arg("agent"),
			"agent = agent.%s is a chat with a person, and type = \"agent_agent\" has none. Write type = \"human_agent\", or use a pattern.", s.Agent)
	}
	for _, p := range c.cfg.Patterns {
		if p.Kind == "chat" && who.patterns[p.Name] {
			d := c.report(codeChatPlace, "session."+s.Name, s.Arg("pattern"),
				"pattern.%s is a chat, which answers a person, and type = \"agent_agent\" has none. Write type = \"human_agent\", or use another kind of pattern.", p.Name)
			d.Related = []Related{{"the chat", p.Range}}
		}
	}
}

// floors warns of a handoff that gives the floor to a person where none writes.
func (c *domain) floors(s *Session, who *cast) {
	if s.Type != "agent_agent" {
		return
	}
	for _, p := range c.cfg.Patterns {
		if who.patterns[p.Name] && p.Handoff != nil && p.Handoff.AfterTurn == "user" {
			d := c.report(codeNobodyWrites, "session."+s.Name, s.Arg("pattern"),
				"pattern.%s waits after each turn for the next message of a person, after_turn = \"user\", and in type = \"agent_agent\" none is asked for one. "+
					"Write type = \"human_agent\", or after_turn = \"stay\" or \"return\".", p.Name)
			d.Related = []Related{{"who has the floor", p.Arg("after_turn")}}
		}
	}
}

// times warns of a time limit that a shorter one always reaches first.
func (c *domain) times(s *Session) {
	shorter := func(arg string, value time.Duration, than string, most time.Duration) {
		if value > 0 && most > 0 && value > most {
			c.report(codeDominated, "session."+s.Name, s.Arg(arg), "%s = %s is longer than %s = %s, which comes first.",
				last(arg), value, last(than), most)
		}
	}
	shorter("limits.turn_timeout", s.Limits.TurnTimeout, "limits.timeout", s.Limits.Timeout)
	if _, set := s.Args["lifetime"]; set {
		shorter("limits.timeout", s.Limits.Timeout, "lifetime", s.Lifetime)
	}
	if _, set := s.Args["idle_timeout"]; set {
		shorter("idle_timeout", s.IdleTimeout, "lifetime", s.Lifetime)
	}
}

// last is an argument's name without its block.
func last(arg string) string {
	for i := len(arg) - 1; i >= 0; i-- {
		if arg[i] == '.' {
			return arg[i+1:]
		}
	}
	return arg
}

// counts warns of limits that another one always reaches first. Each turn of an
// agent takes a call.
func (c *domain) counts(s *Session, who *cast) {
	l := s.Limits
	if len(who.humans) == 0 && l.MaxCalls > 0 && l.MaxTurns > l.MaxCalls {
		c.report(codeDominated, "session."+s.Name, s.Arg("limits.max_turns"),
			"max_turns = %d takes as many calls at least, and max_calls = %d comes first.", l.MaxTurns, l.MaxCalls)
	}
	if l.MaxToolCalls > 0 && l.MaxHandoffs > l.MaxToolCalls {
		c.report(codeDominated, "session."+s.Name, s.Arg("limits.max_handoffs"),
			"A handoff is a tool call: max_handoffs = %d is above max_tool_calls = %d, which comes first.", l.MaxHandoffs, l.MaxToolCalls)
	}
	p := c.patterns[s.Pattern]
	if p == nil || l.MaxTurns == 0 {
		return
	}
	if least := c.least(p); least > l.MaxTurns {
		c.report(codeDominated, "session."+s.Name, s.Arg("limits.max_turns"),
			"pattern.%s takes %s to its end, so max_turns = %d always ends it before. Raise max_turns or shorten the pattern.",
			p.Name, plural(least, "turn"), l.MaxTurns)
	}
}

// least is how many turns a pattern takes at least until it is done by itself;
// 0 where that is not certain.
func (c *domain) least(p *Pattern) int {
	if n, done := c.shortest[p.Name]; done {
		return n
	}
	c.shortest[p.Name] = 0 // for a pattern inside itself
	n := c.course(p)
	if p.MaxTurns > 0 {
		n = min(n, p.MaxTurns)
	}
	c.shortest[p.Name] = n
	return n
}

// course is least for one pattern, without its max_turns.
func (c *domain) course(p *Pattern) int {
	if p.OnError == "skip" || p.Parallel != nil && p.Parallel.Join > 0 {
		return 0
	}
	passes := 1
	switch p.Kind {
	case "sequential", "parallel":
	case "round_robin":
		passes = p.MaxRounds
	default:
		return 0
	}
	sum := 0
	for _, ref := range p.Participants {
		one := 1
		if ref.Kind == RefPattern {
			one = 0
			if inner := c.patterns[ref.Name]; inner != nil {
				one = c.least(inner)
			}
		}
		sum = satAdd(sum, one)
	}
	return satMul(sum, passes)
}
