package specs

// unused warns of blocks that nothing refers to. A scenario without any
// session is a library for others to import, where that is the rule; one with
// agents gets a hint.
func (c *domain) unused() {
	if len(c.cfg.Sessions) == 0 {
		c.noSession()
		return
	}
	used := c.uses()
	warn := func(kind string, b *Block, hint string) {
		if address := kind + "." + b.Name; !used[address] {
			c.report(codeUnused, address, b.Range, "Nothing refers to %s. %s", address, hint)
		}
	}
	for _, p := range c.cfg.Providers {
		warn("provider", &p.Block, "Let an agent use it, or remove it.")
	}
	for _, a := range c.cfg.Agents {
		warn("agent", &a.Block, "Let it take part in a pattern, or remove it.")
	}
	for _, h := range c.cfg.Humans {
		warn("human", &h.Block, "Let the person take part in a pattern, or remove the block.")
	}
	for _, t := range c.cfg.Tools {
		warn("tool", &t.Block, "Give it to an agent, tools = [tool."+t.Name+"], or remove it.")
	}
	for _, p := range c.cfg.Patterns {
		warn("pattern", &p.Block, "Let a session or another pattern use it, or remove it.")
	}
	for _, s := range c.cfg.Stops {
		warn("stop", &s.Block, "Add it to a session, stop = [stop."+s.Name+"], or remove it.")
	}
}

func (c *domain) noSession() {
	var first *Block
	switch {
	case len(c.cfg.Patterns) > 0:
		first = &c.cfg.Patterns[0].Block
	case len(c.cfg.Agents) > 0:
		first = &c.cfg.Agents[0].Block
	default:
		return
	}
	c.report(codeNoSession, "", first.Range,
		"The scenario declares %s and %s, but no session, so there is nothing to run. Add session \"…\" { pattern = … }.",
		plural(len(c.cfg.Agents), "agent"), plural(len(c.cfg.Patterns), "pattern"))
}

// uses are the addresses that something refers to.
func (c *domain) uses() map[string]bool {
	used := map[string]bool{}
	mark := func(kind string, list ...string) {
		for _, name := range list {
			used[kind+"."+name] = true
		}
	}
	for _, a := range c.cfg.Agents {
		mark("provider", a.Models...)
		mark("tool", a.Tools...)
		if a.Memory != nil {
			mark("provider", a.Memory.Summarize)
		}
	}
	for _, p := range c.cfg.Patterns {
		for _, role := range p.roles() {
			mark(string(role.Kind), role.Name)
		}
	}
	for _, s := range c.cfg.Stops {
		mark("tool", s.Tool)
		mark("pattern", s.Scope)
		if s.Judge != nil {
			mark("agent", s.Judge.Agent)
		}
		if s.Combine != nil {
			mark("stop", s.Combine.Of...)
		}
	}
	for _, s := range c.cfg.Sessions {
		mark("agent", s.Agent)
		mark("pattern", s.Pattern)
		mark("stop", s.Stops...)
		if s.Finalize != nil {
			mark("agent", s.Finalize.Agent)
		}
	}
	return used
}
