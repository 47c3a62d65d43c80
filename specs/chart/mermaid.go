package chart

import (
	"fmt"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// Mermaid writes a chart as a Mermaid flowchart.
func (c *Chart) Mermaid() string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %q\n---\nflowchart TD\n", c.Title)
	for i := range c.Groups {
		g := &c.Groups[i]
		fmt.Fprintf(&b, "  subgraph %s[\"%s\"]\n", g.ID, mermaidText(g.Title))
		for n := range g.Nodes {
			open, shut := mermaidShape(g.Nodes[n].Kind)
			fmt.Fprintf(&b, "    %s%s\"%s\"%s\n", g.nodeID(n), open, mermaidText(strings.Join(g.Nodes[n].Lines, "\n")), shut)
		}
		for _, e := range g.Edges {
			label := ""
			if e.Label != "" {
				label = "|\"" + mermaidText(e.Label) + "\"|"
			}
			fmt.Fprintf(&b, "    %s -->%s %s\n", g.nodeID(e.From), label, g.nodeID(e.To))
		}
		b.WriteString("  end\n")
	}
	for i := range c.Groups {
		g := &c.Groups[i]
		for n := range g.Nodes {
			if into := g.Nodes[n].Into; into != "" {
				fmt.Fprintf(&b, "  %s -.-> %s_0\n", g.nodeID(n), into)
			}
		}
	}
	return b.String()
}

func mermaidShape(k specs.StepKind) (open, shut string) {
	switch k {
	case specs.StepEnter, specs.StepLeave:
		return "((", "))"
	case specs.StepChoice:
		return "{", "}"
	case specs.StepBlock:
		return "[[", "]]"
	case specs.StepPerson, specs.StepWait, specs.StepApproval:
		return "([", "])"
	case specs.StepDecision, specs.StepCall, specs.StepSummary:
		return "[/", "/]"
	default:
		return "(", ")"
	}
}

// mermaidText is a text that may stand in a label.
func mermaidText(s string) string {
	return strings.NewReplacer(`"`, "#quot;", "\n", "<br/>", "<", "#lt;", ">", "#gt;", "#", "#35;").Replace(s)
}
