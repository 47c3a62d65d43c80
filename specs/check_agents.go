package specs

import (
	"fmt"
	"slices"
)

func (c *domain) provider(p *Provider) {
	address := "provider." + p.Name
	c.web(address, p.BaseURL, p.Arg("base_url"))
	if p.Kind == "openai_compatible" {
		if p.BaseURL == "" {
			c.report(codeProviderNeeds, address, p.Range,
				"A provider of kind openai_compatible can be anywhere: say where with base_url = \"https://…/v1\".")
		}
		if p.Model == "" {
			c.report(codeProviderNeeds, address, p.Range,
				"The kind openai_compatible has no default model: name one with model = \"…\".")
		}
	}
	if r := p.Retry; r != nil && r.MaxBackoff > 0 && r.MinBackoff > r.MaxBackoff {
		c.report(codeBackoff, address, p.Arg("retry.min_backoff"),
			"min_backoff is %s and max_backoff %s; the wait grows from the first to the second.", r.MinBackoff, r.MaxBackoff)
	}
	if p.Timeout > 0 && p.FirstTokenTimeout > p.Timeout {
		c.report(codeFirstToken, address, p.Arg("first_token_timeout"),
			"first_token_timeout is %s, but the whole call is over after timeout = %s.", p.FirstTokenTimeout, p.Timeout)
	}
	if p.Script != nil {
		c.script(p)
	}
}

// script checks which replies can be used at all, and when failures happen.
func (c *domain) script(p *Provider) {
	address := "provider." + p.Name
	for _, f := range p.Script.Fails {
		if (f.Call > 0) == (f.When != nil) {
			c.report(codeFailWhen, address, f.Range,
				"A fail block says either which call fails, call = 3, or when = \"…\"; it has %s.", bothOrNone(f.When != nil))
		}
	}
	for _, r := range p.Script.Replies {
		if r.Fail != "" && (len(r.ToolCalls) > 0 || r.Fail != "cut" && (r.Content != "" || r.Data != nil)) {
			c.report(codeReplyFails, address, r.Range,
				"The call fails (%s), so that nobody hears what the reply says. Leave that out; with fail = \"cut\" a text breaks off in the middle.", r.Fail)
		}
		a := c.agents[r.Agent]
		if a != nil && c.speaksFor(p) && !slices.Contains(a.Models, p.Name) {
			c.report(codeReplyNeverUsed, address, r.Range,
				"The reply is for agent.%s, which does not use provider.%s but %s.", a.Name, p.Name, prefixed("provider.", a.Models))
		}
	}
}

// speaksFor says whether any agent uses a provider: a whole script that a
// variable has put aside for now is no mistake.
func (c *domain) speaksFor(p *Provider) bool {
	return slices.ContainsFunc(c.cfg.Agents, func(a *Agent) bool { return slices.Contains(a.Models, p.Name) })
}

func bothOrNone(both bool) string {
	if both {
		return "both"
	}
	return "none of them"
}

func prefixed(prefix string, names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = prefix + name
	}
	return listed(out)
}

func (c *domain) agent(a *Agent) {
	address := "agent." + a.Name
	_, one := a.Args["provider"]
	_, chain := a.Args["models"]
	switch {
	case one && chain:
		c.report(codeModels, address, a.Arg("models"),
			"An agent has one provider, or models = [provider.a, provider.b] as a chain of fallbacks, but not both.")
	case len(a.Models) == 0 && !one && !chain:
		c.report(codeModels, address, a.Range,
			"An agent needs provider = provider.x, or models = [provider.a, provider.b] as a chain of fallbacks.")
	}
	c.twice(address, "models", a.Models, everyAt(a.Arg("models")))
	c.twice(address, "tools", a.Tools, everyAt(a.Arg("tools")))
	c.twice(address, "capabilities", a.Capabilities, everyAt(a.Arg("capabilities")))
	c.temperature(a)
	c.memory(a)
}

// temperature checks the vendors' ranges: Anthropic ends at 1, others at 2.
func (c *domain) temperature(a *Agent) {
	if a.Temperature == nil || *a.Temperature <= 1 {
		return
	}
	for _, name := range a.Models {
		if p := c.providers[name]; p != nil && p.Kind == "anthropic" {
			c.report(codeTemperature, "agent."+a.Name, a.Arg("temperature"),
				"Models of kind anthropic (provider.%s) take a temperature from 0 to 1; it is %v.", name, *a.Temperature)
		}
	}
}

func (c *domain) memory(a *Agent) {
	m, address := a.Memory, "agent."+a.Name
	if m == nil {
		return
	}
	bounded := m.Messages > 0 || m.Tokens > 0
	switch {
	case m.Keep == "last" && !bounded:
		c.report(codeMemoryBound, address, a.Arg("memory.keep"),
			"keep = \"last\" keeps as many messages or tokens as you say: add messages = 40 or tokens = 8000.")
	case m.Keep == "all" && m.Summarize != "" && !bounded:
		c.report(codeMemoryUnused, address, a.Arg("memory.summarize"),
			"Nothing falls out of this memory, so nothing is summarized: add messages = 40 or tokens = 8000.")
	}
}

func (c *domain) human(h *Human) {
	if _, set := h.Args["on_timeout"]; set && h.Timeout == 0 {
		c.report(codeOnTimeout, "human."+h.Name, h.Arg("on_timeout"),
			"The person has no timeout, so on_timeout = %q decides only what happens when the input has ended. Add timeout = \"5m\" if it is meant for slow answers, too.", h.OnTimeout)
	}
}

// modes says which interaction mode a session's type is.
func modes(sessionType string) string {
	if sessionType == "human_agent" {
		return "human_to_agent"
	}
	return "agent_to_agent"
}

// agentModes warns of agents in sessions that they are not meant for. In a
// session with a person agents talk to each other as well.
func (c *domain) agentModes(s *Session, who *cast) {
	if s.Type == "human_agent" && len(who.agents) > 1 {
		return
	}
	for _, a := range c.cfg.Agents {
		mode := modes(s.Type)
		if who.agents[a.Name] && len(a.InteractionModes) > 0 && !slices.Contains(a.InteractionModes, mode) {
			c.report(codeModes, "agent."+a.Name, a.Arg("interaction_modes"),
				"session.%s is of type %s, which is the mode %q, and the agent has %s.",
				s.Name, s.Type, mode, fmt.Sprintf("%q", a.InteractionModes))
		}
	}
}
