package server

import (
	"fmt"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// mermaid draws who takes part in a session as a Mermaid flowchart: patterns
// with their participants, graphs with their edges.
func mermaid(cfg *specs.Config, spec *specs.Session) string {
	d := &drawing{cfg: cfg, drawn: map[string]bool{}}
	d.b.WriteString("flowchart TD\n")
	d.node("session", spec.Name, `["%s"]`, spec.Name)
	if spec.Agent != "" {
		d.participant("session_"+spec.Name, specs.Ref{Kind: specs.RefAgent, Name: spec.Agent}, "")
	} else {
		d.participant("session_"+spec.Name, specs.Ref{Kind: specs.RefPattern, Name: spec.Pattern}, "")
	}
	return d.b.String()
}

// A drawing is a flowchart while it is made. What was drawn is not drawn again.
type drawing struct {
	cfg   *specs.Config
	b     strings.Builder
	drawn map[string]bool
}

func (d *drawing) node(kind, name, shape, label string) {
	fmt.Fprintf(&d.b, "  %s_%s"+shape+"\n", kind, name, escaped(label))
}

func (d *drawing) arrow(from, to, label string) {
	if label != "" {
		label = `|"` + escaped(label) + `"|`
	}
	fmt.Fprintf(&d.b, "  %s -->%s %s\n", from, label, to)
}

// participant draws who an arrow leads to, and the arrow.
func (d *drawing) participant(from string, ref specs.Ref, label string) {
	id := string(ref.Kind) + "_" + ref.Name
	d.arrow(from, id, label)
	if d.drawn[id] {
		return
	}
	d.drawn[id] = true
	switch ref.Kind {
	case specs.RefAgent:
		d.node("agent", ref.Name, `("%s")`, ref.Name)
	case specs.RefHuman:
		d.node("human", ref.Name, `(["%s"])`, ref.Name)
	case specs.RefPattern:
		for _, p := range d.cfg.Patterns {
			if p.Name == ref.Name {
				d.pattern(id, p)
			}
		}
	}
}

func (d *drawing) pattern(id string, p *specs.Pattern) {
	d.node("pattern", p.Name, `{{"%s"}}`, p.Kind+" "+p.Name)
	if p.Graph != nil {
		d.graph(id, p)
		return
	}
	for i, ref := range p.Participants {
		label := ""
		if p.Kind == "sequential" {
			label = fmt.Sprint(i + 1)
		}
		d.participant(id, ref, label)
	}
}

// graph draws the nodes of a graph with its edges.
func (d *drawing) graph(id string, p *specs.Pattern) {
	node := func(name string) string { return id + "_" + name }
	for _, n := range p.Graph.Nodes {
		fmt.Fprintf(&d.b, "  %s[\"%s\"]\n", node(n.Name), escaped(n.Name))
		d.participant(node(n.Name), n.Run, "")
	}
	start := p.Start
	if start == "" && len(p.Graph.Nodes) > 0 {
		start = p.Graph.Nodes[0].Name
	}
	d.arrow(id, node(start), "start")
	for _, e := range p.Graph.Edges {
		label := ""
		if e.When != nil {
			label = e.When.Text()
		}
		d.arrow(node(e.From), node(e.To), label)
	}
}

// escaped is a text that may stand in a label.
func escaped(s string) string {
	return strings.NewReplacer(`"`, "#quot;", "\n", " ", "<", "#lt;", ">", "#gt;").Replace(s)
}
