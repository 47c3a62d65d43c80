package specs

import (
	"fmt"
	"maps"
	"slices"
)

// agentRoles are the places that need a model: it decides, judges or calls
// generated tools there.
func agentRoles() []string {
	return []string{"critic", "chair", "classifier", "manager", "planner"}
}

// rolesFit checks that each place of a pattern is taken by somebody who can
// fill it, and that structured answers have the fields that the pattern reads.
func (c *domain) rolesFit(p *Pattern) {
	for _, role := range p.roles() {
		switch {
		case slices.Contains(agentRoles(), role.name):
			if role.Kind != RefAgent && role.Name != "" {
				c.wrongKind(p, role, "an agent")
				continue
			}
			c.answers(p, role)
		case role.name == "approve" && role.Kind != RefHuman:
			c.wrongKind(p, role, "a human")
		case role.name == "participants":
			c.participantFits(p, role)
		}
	}
}

func (c *domain) wrongKind(p *Pattern, role role, want string) {
	c.report(codeRoleKind, p.address(), role.at(p),
		"%s of a pattern of kind %s must be %s; %s.%s is not.", role.name, p.Kind, want, role.Kind, role.Name)
}

func (r role) at(p *Pattern) Range {
	if r.Range != (Range{}) {
		return r.Range
	}
	return p.Arg(r.name)
}

// participantFits rules out whom a pattern cannot ask.
func (c *domain) participantFits(p *Pattern, role role) {
	switch {
	case p.Kind == "chat" && role.Kind == RefHuman:
		c.report(codeRoleKind, p.address(), role.at(p),
			"The person of a chat is whoever opened the session; human.%s cannot answer there. Use round_robin to let several people talk.", role.Name)
	case p.Kind == "map" && role.Kind == RefHuman:
		c.wrongKind(p, role, "an agent or a pattern, of which copies are made")
	case p.Kind == "auction" && role.Kind != RefAgent:
		c.wrongKind(p, role, "an agent, which bids")
	case p.Kind == "vote" && role.Kind == RefPattern:
		c.wrongKind(p, role, "an agent or a human, who fills in a ballot")
	case p.Kind == "vote":
		if p.Vote != nil {
			c.ballotFields(p, role)
		}
	}
}

// answers checks the fields of the structured answer that a role gives.
func (c *domain) answers(p *Pattern, role role) {
	switch role.name {
	case "critic":
		c.fields(p, role, map[string]string{"accept": "boolean", "feedback": "string"})
		if p.Loop != nil && p.Loop.Keep == "best" {
			c.fields(p, role, map[string]string{"score": "number"})
		}
	case "chair":
		c.fields(p, role, map[string]string{"next": "string"})
		if p.Kind == "moderated" {
			c.fields(p, role, map[string]string{"end": "boolean"})
		}
	case "classifier":
		c.fields(p, role, map[string]string{"route": "string"})
	case "planner":
		c.fields(p, role, map[string]string{"steps": "array"})
	}
}

func (c *domain) ballotFields(p *Pattern, role role) {
	if p.Vote.Strategy == "average" {
		c.fields(p, role, map[string]string{"score": "number"})
		return
	}
	c.fields(p, role, map[string]string{"choice": "string"})
}

// fields reports the fields that an agent's own output lacks or has with
// another type. An agent without output answers in the pattern's form.
func (c *domain) fields(p *Pattern, role role, want map[string]string) {
	if role.Kind == RefAgent {
		c.answersIn(c.agents[role.Name], place(role.name), p.address(), role.at(p), want)
	}
}

// judgeAnswers checks the form in which the judge of a condition answers.
func (c *domain) judgeAnswers(s *Stop) {
	if s.Judge != nil {
		c.answersIn(c.agents[s.Judge.Agent], "judge", "stop."+s.Name, s.Arg("judge"), map[string]string{"met": "boolean"})
	}
}

// answersIn reports the fields that an agent's own output lacks.
func (c *domain) answersIn(a *Agent, place, address string, at Range, want map[string]string) {
	if a == nil || a.Output == nil {
		return
	}
	have := schemaFields(a.Output.Schema)
	if have == nil {
		return
	}
	for _, field := range slices.Sorted(maps.Keys(want)) {
		kind, ok := have[field]
		if ok && (kind == "" || kind == want[field] || kind == "integer" && want[field] == "number") {
			continue
		}
		problem := "has no such field"
		if ok {
			problem = "has it as " + kind
		}
		d := c.report(codeRoleOutput, address, at,
			"As %s, agent.%s must answer with %s (%s); its output %s.", place, a.Name, field, want[field], problem)
		d.Related = []Related{{fmt.Sprintf("the output of agent.%s", a.Name), a.Arg("output.type")}}
	}
}

func place(role string) string {
	if role == "participants" {
		return "voter"
	}
	return role
}
