package chart

import (
	"fmt"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// DOT writes a chart in the language of Graphviz.
func (c *Chart) DOT() string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph session {\n  label = %s\n  labelloc = t\n  compound = true\n  node [fontname = \"sans-serif\"]\n", dotText(c.Title))
	for i := range c.Groups {
		g := &c.Groups[i]
		fmt.Fprintf(&b, "  subgraph cluster_%s {\n    label = %s\n", g.ID, dotText(g.Title))
		for n := range g.Nodes {
			fmt.Fprintf(&b, "    %s [shape = %s, label = %s]\n", g.nodeID(n), dotShape(g.Nodes[n].Kind), dotText(strings.Join(g.Nodes[n].Lines, "\n")))
		}
		for _, e := range g.Edges {
			label := ""
			if e.Label != "" {
				label = fmt.Sprintf(" [label = %s]", dotText(e.Label))
			}
			fmt.Fprintf(&b, "    %s -> %s%s\n", g.nodeID(e.From), g.nodeID(e.To), label)
		}
		b.WriteString("  }\n")
	}
	for i := range c.Groups {
		g := &c.Groups[i]
		for n := range g.Nodes {
			if into := g.Nodes[n].Into; into != "" {
				fmt.Fprintf(&b, "  %s -> %s_0 [style = dashed, lhead = cluster_%s]\n", g.nodeID(n), into, into)
			}
		}
	}
	b.WriteString("}\n")
	return b.String()
}

func dotShape(k specs.StepKind) string {
	switch k {
	case specs.StepEnter, specs.StepLeave:
		return "circle"
	case specs.StepChoice:
		return "diamond"
	case specs.StepBlock:
		return "box3d"
	case specs.StepPerson, specs.StepWait, specs.StepApproval:
		return "ellipse"
	case specs.StepDecision, specs.StepCall, specs.StepSummary:
		return "parallelogram"
	default:
		return "box"
	}
}

// dotText is a quoted string.
func dotText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
