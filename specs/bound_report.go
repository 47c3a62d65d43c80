package specs

import (
	"fmt"
	"slices"
	"strings"
)

// accuse notes that a session has a cycle without a bound.
func (pr *prover) accuse(s *Session, c *cycle) {
	if len(pr.blame[c.pattern.Name]) == 0 {
		pr.cycles = append(pr.cycles, c)
	}
	if !slices.Contains(pr.blame[c.pattern.Name], s.Name) {
		pr.blame[c.pattern.Name] = append(pr.blame[c.pattern.Name], s.Name)
	}
}

// unbounded reports each cycle once, with the sessions it is in.
func (pr *prover) unbounded() {
	for _, c := range pr.cycles {
		p := c.pattern
		detail := fmt.Sprintf("%s goes on as %s, and no count ends it in %s.",
			p.address(), c, prefixed("session.", pr.blame[p.Name]))
		detail += fmt.Sprintf("\nAdd %s to the pattern, or max_turns to the limits of the session.", c.fix)
		if node := c.node(); node != "" {
			detail += fmt.Sprintf(" max_visits = 3 of node %q is enough, too.", node)
		}
		if c.person {
			detail += " If a person decides when it ends, write open_ended = true in a session of type human_agent."
		}
		detail += " A condition may never come true, and time or tokens say nothing about the number of calls."
		d := pr.report(codeUnbounded, p.address(), p.Range, "%s", detail)
		c.related(d)
		d.Fix = p.insertion("bound the pattern", c.fix)
	}
}

// related points at the participants of a cycle, and at the edges that lead
// from one to the next.
func (c *cycle) related(d *Diagnostic) {
	for _, n := range c.participants() {
		if node := &c.flow.Nodes[n]; node.Range != (Range{}) {
			d.Related = append(d.Related, Related{node.Label + " speaks in the cycle", node.Range})
		}
	}
	for _, e := range c.edges {
		if e.Range != (Range{}) {
			d.Related = append(d.Related, Related{"the edge that leads on", e.Range})
		}
	}
}

// participants are the steps of a cycle that somebody takes. Where anybody may
// follow anybody, that are all.
func (c *cycle) participants() []int {
	var out []int
	if c.pattern.Selector != nil || c.pattern.Kind == "random" {
		for _, i := range c.group {
			if n := &c.flow.Nodes[i]; n.Ref.Name != "" && (n.Kind == StepTurn || n.Kind == StepBlock || n.Kind == StepPerson) {
				out = append(out, i)
			}
		}
		return out
	}
	for _, i := range c.path {
		if c.flow.Nodes[i].Ref.Name != "" {
			out = append(out, i)
		}
	}
	return out
}

// node is a node of a graph in the cycle, or empty.
func (c *cycle) node() string {
	if c.pattern.Graph == nil {
		return ""
	}
	for _, i := range c.participants() {
		if name, _, ok := strings.Cut(c.flow.Nodes[i].Label, ": "); ok {
			return name
		}
	}
	return ""
}

// String is the cycle for a person: agent.a → agent.b → agent.a.
func (c *cycle) String() string {
	const most = 12
	var parts []string
	for _, i := range c.participants() {
		parts = append(parts, c.flow.Nodes[i].Label)
	}
	if len(parts) > 0 {
		parts = append(parts, parts[0])
	}
	if len(parts) > most {
		parts = slices.Concat(parts[:most-2], []string{"…"}, parts[len(parts)-1:])
	}
	return strings.Join(parts, " → ")
}

// insertion is a fix that adds an argument after the last one of a block. A
// block on a single line takes no second argument: there it is only said.
func (b *Block) insertion(message, argument string) *Fix {
	fix := &Fix{Message: message + " with " + argument, Edits: []Edit{}}
	var last Range
	for name, r := range b.Args {
		if !strings.Contains(name, ".") && r.Filename == b.Range.Filename && r.End.Byte > last.End.Byte {
			last = r
		}
	}
	if last == (Range{}) || last.Start.Line == b.Range.Start.Line {
		return fix
	}
	text := "\n" + strings.Repeat(" ", b.Range.Start.Column+1) + argument
	if strings.HasSuffix(b.Range.Filename, ".json") {
		name, value, _ := strings.Cut(argument, " = ")
		text = fmt.Sprintf(", %q: %s", name, value)
	}
	at := Range{Filename: last.Filename, Start: last.End, End: last.End}
	fix.Edits = append(fix.Edits, Edit{Range: at, NewText: text})
	return fix
}

// cost refuses a limit on cost that cannot be kept: without a price a call
// cannot be booked, without a cap its worst case cannot be reserved.
func (pr *prover) cost(s *Session) {
	if s.Limits.MaxCost <= 0 {
		return
	}
	reported := map[string]bool{}
	who := pr.cast(s)
	for _, a := range pr.cfg.Agents {
		if !who.agents[a.Name] {
			continue
		}
		free := true
		for i, p := range pr.sources(a) {
			price, known := PriceOf(p, a.modelAt(i))
			if !known && !reported[p.Name] {
				reported[p.Name] = true
				pr.priceless(s, p)
			}
			free = free && known && price.Output == 0
		}
		if a.MaxTokens == 0 && !free {
			pr.capless(s, a)
		}
	}
}

// sources are the providers that an agent's turns are paid to.
func (pr *prover) sources(a *Agent) []*Provider {
	names := slices.Clone(a.Models)
	if a.Memory != nil && a.Memory.Summarize != "" {
		names = append(names, a.Memory.Summarize)
	}
	var out []*Provider
	for _, name := range names {
		if p := pr.providers[name]; p != nil {
			out = append(out, p)
		}
	}
	return out
}

func (pr *prover) priceless(s *Session, p *Provider) {
	d := pr.report(codeCostUnknown, "session."+s.Name, s.Arg("limits.max_cost"),
		"max_cost needs the price of each call, and that of provider.%s is not known. Add price { input = …, output = … }, in USD per million tokens, to it.", p.Name)
	d.Related = []Related{{"the provider without a price", p.Range}}
}

func (pr *prover) capless(s *Session, a *Agent) {
	d := pr.report(codeCostUnknown, "session."+s.Name, s.Arg("limits.max_cost"),
		"max_cost needs the longest answer of each agent, and agent.%s has no max_tokens.", a.Name)
	d.Related = []Related{{"the agent without max_tokens", a.Range}}
	d.Fix = a.insertion("cap its answers", "max_tokens = 1000")
}
