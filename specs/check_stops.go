package specs

import "slices"

func (c *domain) stop(s *Stop) {
	address := "stop." + s.Name
	if found := s.conditions(); len(found) != 1 {
		text := "none"
		if len(found) > 1 {
			text = listed(found)
		}
		c.report(codeStopCondition, address, s.Range,
			"A stop has exactly one of when, tool, judge, repeat, any, all, not and at_least; this one has %s.", text)
		return
	}
	if s.Combine != nil {
		c.combine(s)
	}
	c.judgeAnswers(s)
	if _, set := s.Args["latch"]; set && (s.Combine == nil || s.Combine.Op != "all" && s.Combine.Op != "at_least") {
		c.report(codeStopLatch, address, s.Arg("latch"),
			"latch remembers which parts of all or at_least were true once; this condition has nothing to remember.")
	}
	for _, arg := range []string{"criteria", "every"} {
		if _, set := s.Args[arg]; set && s.Judge == nil {
			c.report(codeStopCondition, address, s.Arg(arg), "%s belongs to judge = agent.x, and this stop has none.", arg)
		}
	}
	if _, set := s.Args["times"]; set && s.Repeat == nil {
		c.report(codeStopCondition, address, s.Arg("times"), "times belongs to repeat = \"…\", and this stop has none.")
	}
}

// conditions are the arguments of a stop that are conditions, as written.
func (s *Stop) conditions() []string {
	var out []string
	for _, arg := range []string{"when", "tool", "judge", "repeat", "any", "all", "not", "at_least"} {
		if _, ok := s.Args[arg]; ok {
			out = append(out, arg)
		}
	}
	return out
}

func (c *domain) combine(s *Stop) {
	address, parts := "stop."+s.Name, s.Combine
	arg := parts.Op
	if arg == "at_least" {
		arg = "of"
	}
	c.twice(address, arg, parts.Of, everyAt(s.Arg(arg)))
	switch {
	case len(parts.Of) == 0:
		c.report(codeStopParts, address, s.Arg(arg), "There is nothing to combine: list stops, %s = [stop.x, stop.y].", arg)
	case parts.Op == "at_least" && parts.AtLeast > len(parts.Of):
		c.report(codeStopParts, address, s.Arg("at_least"),
			"at_least = %d is more than the %s in of.", parts.AtLeast, plural(len(parts.Of), "stop"))
	}
}

// sessionStops checks the stops of a session against what takes part in it.
func (c *domain) sessionStops(s *Session, who *cast) {
	c.twice("session."+s.Name, "stop", s.Stops, everyAt(s.Arg("stop")))
	for _, stop := range c.stopsOf(s) {
		if stop.Scope != "" && !who.patterns[stop.Scope] {
			d := c.report(codeStopScope, "session."+s.Name, s.Arg("stop"),
				"stop.%s watches pattern.%s, which is not part of the session.%s",
				stop.Name, stop.Scope, c.meant(stop.Scope, names(who.patterns)))
			d.Related = []Related{{"its scope", stop.Arg("scope")}}
		}
		if stop.Tool != "" && !c.offered(stop.Tool, who) {
			c.report(codeStopDead, "stop."+stop.Name, stop.Arg("tool"),
				"No agent of session.%s has tool.%s, so it is never called there.", s.Name, stop.Tool)
		}
		if most := s.Limits.MaxTurns; most > 0 && stop.MinTurns > most {
			c.report(codeStopDead, "stop."+stop.Name, stop.Arg("min_turns"),
				"The condition counts from turn %d on, but session.%s ends after max_turns = %d.", stop.MinTurns, s.Name, most)
		}
	}
	for _, name := range s.Stops {
		if stop := c.stops[name]; stop != nil && stop.Action == "finalize" && s.Finalize == nil {
			d := c.report(codeStopFinalize, "session."+s.Name, s.Arg("stop"),
				"stop.%s has action = \"finalize\", and the session has no finalize block. Add finalize { agent = agent.x }.", name)
			d.Related = []Related{{"its action", stop.Arg("action")}}
		}
	}
}

// offered says whether an agent of the cast has a tool.
func (c *domain) offered(tool string, who *cast) bool {
	for name := range who.agents {
		if a := c.agents[name]; a != nil && slices.Contains(a.Tools, tool) {
			return true
		}
	}
	return false
}
