package specs

import (
	"slices"
	"strings"
)

// transferTo begins the names of the tools that a handoff gives its agents.
const transferTo = "transfer_to_"

// transferTools rules out that an agent's own tool is taken for a handover.
func (c *domain) transferTools(p *Pattern) {
	for _, ref := range p.Participants {
		c.taken(p, ref, func(tool string) bool { return strings.HasPrefix(tool, transferTo) })
	}
}

// workerTools rules out that a manager's own tool is taken for a worker.
func (c *domain) workerTools(p *Pattern) {
	workers := refNames(p.Manager.Workers)
	c.taken(p, p.Manager.Manager, func(tool string) bool { return slices.Contains(workers, tool) })
}

// taken reports an agent's own tools whose names the pattern gives to its own.
func (c *domain) taken(p *Pattern, ref Ref, is func(tool string) bool) {
	a := c.agents[ref.Name]
	if ref.Kind != RefAgent || a == nil {
		return
	}
	for _, tool := range a.Tools {
		if is(tool) {
			d := c.report(codeToolTaken, p.address(), ref.at(p),
				"%s gives agent.%s a tool named %s, and the agent has tool.%s of its own. Give that another name.", p.address(), a.Name, tool, tool)
			d.Related = []Related{{"the agent's own tools", a.Arg("tools")}}
		}
	}
}

func (r Ref) at(p *Pattern) Range {
	if r.Range != (Range{}) {
		return r.Range
	}
	return p.Range
}
