package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

func agentRules() []Rule {
	return []Rule{
		{
			Name: "missing-max-tokens", Severity: specs.SeverityWarning, Summary: "Answers without a cap", check: missingMaxTokens,
			Explanation: "An agent without `max_tokens` answers as long as its vendor lets it: nobody can say what a turn costs, `max_cost` cannot be proved, and each call reserves 4,096 tokens of a budget. Write the length that its answers need.",
		},
		{
			Name: "missing-instructions", Severity: specs.SeverityWarning, Summary: "Agent without a task", check: missingInstructions,
			Explanation: "A participant with neither `instructions` nor `personality` gets a prompt of one line, and says what its model says to anybody.",
		},
		{
			Name: "duplicate-instructions", Severity: specs.SeverityWarning, Summary: "Agents that are the same", check: duplicateInstructions,
			Explanation: "Two agents with the same models, instructions, personality, form of answer and tools differ in nothing but their names, which is mostly a copy that was never changed. Where several equal voices are wanted, say so in a comment.",
		},
		{
			Name: "missing-capabilities", Severity: specs.SeverityWarning, Summary: "Agent that cannot be found", check: missingCapabilities,
			Explanation: "In a session with the tool `find_agents`, agents are found by their `capabilities`: one without any is not found by what it can do.",
		},
		{
			Name: "undescribed-candidate", Severity: specs.SeverityWarning, Summary: "Chosen by name alone", check: undescribedCandidate,
			Explanation: "Where a model chooses among participants (the chair of a `selector` or `moderated`, a `handoff`, a `supervisor`, `magentic` and `plan_execute`), it reads their `description` and `capabilities`. Of a candidate without both it knows the name.",
		},
	}
}

func missingMaxTokens(p *pass) {
	for _, a := range p.cfg.Agents {
		if a.MaxTokens == 0 {
			p.report("agent."+a.Name, a.Range, "agent %q has no max_tokens: its answers may be as long as the vendor allows. Write max_tokens = 1000, or what they need.", a.Name)
		}
	}
}

func missingInstructions(p *pass) {
	speaks := map[string]bool{}
	for _, s := range p.cfg.Sessions {
		speaks[s.Agent] = true
	}
	for _, pattern := range p.cfg.Patterns {
		for _, ref := range pattern.Participants {
			if ref.Kind == specs.RefAgent {
				speaks[ref.Name] = true
			}
		}
	}
	for _, a := range p.cfg.Agents {
		if speaks[a.Name] && strings.TrimSpace(a.Instructions+a.Personality) == "" {
			p.report("agent."+a.Name, a.Range, "agent %q has neither instructions nor personality. Say what it is to do: instructions = \"…\", or file(\"prompts/%s.md\").", a.Name, a.Name)
		}
	}
}

// duplicateInstructions compares what makes the answers of agents differ.
func duplicateInstructions(p *pass) {
	first := map[string]*specs.Agent{}
	for _, a := range p.cfg.Agents {
		if strings.TrimSpace(a.Instructions) == "" {
			continue
		}
		key := likeness(a)
		if twin := first[key]; twin != nil {
			d := p.report("agent."+a.Name, a.Range, "agent %q and agent %q have the same instructions, and nothing else tells them apart but their names.", a.Name, twin.Name)
			d.Related = []specs.Related{{Message: "the other one", Range: twin.Range}}
			continue
		}
		first[key] = a
	}
}

func likeness(a *specs.Agent) string {
	schema := ""
	if a.Output != nil {
		schema = string(a.Output.Schema)
	}
	fold := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	return fmt.Sprintf("%q %q %q %q %q %q %v %v", a.Models, a.Model, fold(a.Instructions), fold(a.Personality), schema, a.Tools, number(a.Temperature), number(a.TopP))
}

func number(n *float64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

func missingCapabilities(p *pass) {
	finders := map[string]bool{} // tools that find agents
	for _, t := range p.cfg.Tools {
		finders[t.Name] = t.Builtin == specs.BuiltinFindAgents
	}
	told := map[string]bool{}
	for _, s := range p.cfg.Sessions {
		seeks := func(name string) bool {
			a := p.agent(name)
			return a != nil && slices.ContainsFunc(a.Tools, func(tool string) bool { return finders[tool] })
		}
		here := p.casts[s.Name].Agents
		if !slices.ContainsFunc(here, seeks) {
			continue
		}
		for _, name := range here {
			a := p.agent(name)
			if a != nil && len(a.Capabilities) == 0 && !seeks(name) && !told[name] {
				told[name] = true
				p.report("agent."+name, a.Range, "In session.%s agents look for each other by find_agents, and agent %q says nothing of what it can do. Write capabilities = [\"…\"].", s.Name, name)
			}
		}
	}
}

func undescribedCandidate(p *pass) {
	told := map[string]bool{}
	for _, pattern := range p.cfg.Patterns {
		for _, ref := range candidates(pattern) {
			described, at := p.described(ref)
			if address := string(ref.Kind) + "." + ref.Name; !described && !told[address] {
				told[address] = true
				d := p.report(address, at, "In pattern.%s a model chooses who is next, and of %s it knows nothing but the name. Write description = \"…\".", pattern.Name, address)
				d.Related = []specs.Related{{Message: "where it is chosen", Range: pattern.Range}}
			}
		}
	}
}

// described says whether a candidate says what it is for.
func (p *pass) described(ref specs.Ref) (ok bool, at specs.Range) {
	switch ref.Kind {
	case specs.RefAgent:
		if a := p.agent(ref.Name); a != nil {
			return a.Description != "" || len(a.Capabilities) > 0, a.Range
		}
	case specs.RefPattern:
		if x := p.pattern(ref.Name); x != nil {
			return x.Description != "", x.Range
		}
	case specs.RefHuman: // a person is introduced as one
	}
	return true, specs.Range{}
}

// candidates are those of a pattern whom a model chooses among.
func candidates(p *specs.Pattern) []specs.Ref {
	switch {
	case p.Selector != nil && p.Selector.Chair != nil && len(p.Selector.Candidates) > 0:
		return p.Selector.Candidates
	case p.Selector != nil && p.Selector.Chair != nil, p.Handoff != nil, p.PlanExecute != nil:
		return p.Participants
	case p.Manager != nil && p.Kind != "auction":
		return p.Manager.Workers
	default:
		return nil
	}
}
