package lint

import (
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// manyTurns is from how many turns on a conversation should not be sent to a
// model as a whole: each turn reads all that were before.
const manyTurns = 50

func sessionRules() []Rule {
	return []Rule{
		{
			Name: "no-budget", Severity: specs.SeverityWarning, Summary: "Session without a budget", check: noBudget,
			Explanation: "The proof bounds the calls of a session, not what they cost: prompts grow with every turn. `max_cost` or `max_tokens` in `limits` is a bound that is never passed. An `open_ended` session is bounded for each message only, so that a person can go on for ever.",
		},
		{
			Name: "unbounded-memory", Severity: specs.SeverityWarning, Summary: "Prompt grows without end", check: unboundedMemory,
			Explanation: "An agent without `memory` reads the whole conversation in every turn, so that the cost of a session grows with the square of its turns, and one day the prompt does not fit. From 50 turns on, and in `open_ended` sessions, bound it: `memory { messages = 40 }`.",
		},
		{
			Name: "missing-description", Severity: specs.SeverityWarning, Summary: "Nothing says what it is for", check: missingDescription,
			Explanation: "Models decide by its `description` when to call a tool. People read that of a variable when they set it, and that of a session where there are several to choose from.",
		},
		{
			Name: "untyped-variable", Severity: specs.SeverityWarning, Summary: "Variable takes anything", check: untypedVariable,
			Explanation: "A variable without `type` takes any value, so that a mistake in one is found where it is used, if at all; and a text for it has to be quoted twice on the command line, `-var 'topic=\"tea\"'`, where `type = string` takes `-var topic=tea`. Write the type; `type = any` says that anything is meant.",
		},
	}
}

func noBudget(p *pass) {
	for _, s := range p.cfg.Sessions {
		if s.Limits.MaxCost > 0 || s.Limits.MaxTokens > 0 {
			continue
		}
		if s.Bound.PerMessage {
			p.report("session."+s.Name, where(s), "session %q may take %d calls for each message of a person, and any number of messages. Bound it by max_cost or max_tokens in limits.", s.Name, s.Bound.Calls)
			continue
		}
		p.report("session."+s.Name, where(s), "session %q may make %d calls, of any length. Bound it by max_cost or max_tokens in limits.", s.Name, s.Bound.Calls)
	}
}

func unboundedMemory(p *pass) {
	told := map[string]bool{}
	for _, s := range p.cfg.Sessions {
		if !s.Bound.PerMessage && s.Bound.Turns <= manyTurns {
			continue
		}
		for _, name := range p.casts[s.Name].Agents {
			a := p.agent(name)
			if a == nil || told[name] || a.Memory != nil && (a.Memory.Messages > 0 || a.Memory.Tokens > 0) || a.Sees != "" && a.Sees != "all" {
				continue
			}
			told[name] = true
			p.report("agent."+name, a.Range, "In session.%s, which may go on for %s, agent %q reads the whole conversation in every turn. Bound it: memory { messages = 40 }.", s.Name, length(s), name)
		}
	}
}

func missingDescription(p *pass) {
	for _, t := range p.cfg.Tools {
		if t.Description == "" && (t.HTTP != nil || t.Expr != nil) {
			p.report("tool."+t.Name, t.Range, "tool %q has no description, by which models decide when to call it. Write description = \"…\".", t.Name)
		}
	}
	for _, v := range p.cfg.Variables {
		if v.Description == "" {
			p.report("var."+v.Name, v.Range, "variable %q has no description. Say what it is for: description = \"…\".", v.Name)
		}
	}
	if len(p.cfg.Sessions) < 2 {
		return
	}
	for _, s := range p.cfg.Sessions {
		if strings.TrimSpace(s.Description) == "" {
			p.report("session."+s.Name, where(s), "session %q is one of %d and has no description, which is shown where one is chosen. Write description = \"…\".", s.Name, len(p.cfg.Sessions))
		}
	}
}

func untypedVariable(p *pass) {
	for _, v := range p.cfg.Variables {
		if _, typed := v.Args["type"]; !typed {
			p.report("var."+v.Name, v.Range, "variable %q has no type. Write type = string, or what it is.", v.Name)
		}
	}
}
