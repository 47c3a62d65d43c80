package specs

import (
	"fmt"
	"slices"
)

// flowOf is the control graph of a pattern.
func (pr *prover) flowOf(p *Pattern) *Flow {
	b := pr.newFlow(p.address(), p.Kind, p.Range)
	b.flow.pattern = p
	b.flow.passed = b.counter(passedName, passedOver(len(p.roles())), "a turn that is finished")
	switch {
	case p.Kind == "chat":
		b.chat(p.Participants)
	case p.Kind == "round_robin" || p.Kind == "random" || p.Debate != nil:
		b.rounds(p)
	case p.Selector != nil:
		b.chosen(p)
	case p.Handoff != nil || p.Kind == "handoff":
		b.handoff(p)
	case p.Graph != nil:
		b.graph(p)
	case p.Router != nil:
		b.router(p)
	case p.Vote != nil:
		b.vote(p)
	case p.PlanExecute != nil:
		b.planExecute(p)
	case p.Manager != nil:
		b.managed(p)
	case p.Map != nil:
		b.mapped(p)
	case p.Loop != nil:
		b.loop(p)
	case p.Blackboard != nil:
		b.blackboard(p)
	default:
		b.once(p)
	}
	if p.Result == "summary" {
		b.summed(p)
	}
	return b.flow
}

// summed lets an agent of the pattern sum it up when it is done: whoever takes
// the most for it.
func (b *flowBuilder) summed(p *Pattern) {
	who := b.pr.reach(p.Name).agents
	n := -1
	for _, a := range b.pr.cfg.Agents {
		if !who[a.Name] {
			continue
		}
		if n < 0 {
			n = b.decide(Ref{Kind: RefAgent, Name: a.Name}, "summary by")
		}
		l := &b.flow.loads[n]
		l.spend = l.spend.or(b.pr.turnOf(a.Name, given{}).noted(0, noteTokens))
		l.decisions, l.said, l.sums = l.spend, max(l.said, b.pr.answerOf(a.Name)), 1
		l.mostSaid = l.said
	}
	if n < 0 {
		return
	}
	b.flow.summer = n
	for i := range b.flow.Edges {
		if b.flow.Edges[i].To == leave {
			b.flow.Edges[i].To = n
		}
	}
	b.plain(n, leave)
}

// chat answers each message of a person.
func (b *flowBuilder) chat(refs []Ref) {
	wait := b.node(StepWait, "a person's message", Ref{}, load{})
	b.plain(enter, wait)
	b.plain(wait, leave)
	for _, ref := range refs {
		n := b.step(ref)
		b.plain(wait, n)
		b.plain(n, wait)
	}
}

// rounds are the patterns in which everybody speaks again and again.
func (b *flowBuilder) rounds(p *Pattern) {
	head := b.choice("next round")
	b.plain(enter, head)
	var count *Counter
	if n := p.MaxRounds; n > 0 {
		count = b.counter("max_rounds", n, "entering the pattern")
	}
	if p.Kind == "random" {
		if count != nil {
			count.Bound = satMul(p.MaxRounds, len(p.Participants))
			count.Name += fmt.Sprintf(" × %d", len(p.Participants))
		}
		b.anyOf(head, p.Participants, count)
	} else {
		b.round(head, p.Participants, count)
	}
	end := head
	if p.Debate != nil {
		b.flow.width = b.pr.together(p.Participants)
		if p.Debate.Judge != nil {
			end = b.chain(head, *p.Debate.Judge)
		}
	}
	b.plain(end, leave)
}

// round leads from the head through all participants back to it.
func (b *flowBuilder) round(head int, refs []Ref, count *Counter) {
	from := head
	for i, ref := range refs {
		n := b.step(ref)
		e := FlowEdge{From: from, To: n}
		if i == 0 {
			e.Counter = count
		}
		b.edge(e)
		from = n
	}
	if from != head {
		b.plain(from, head)
	}
}

// anyOf leads from the head to each participant and back.
func (b *flowBuilder) anyOf(head int, refs []Ref, count *Counter) {
	for _, ref := range refs {
		n := b.step(ref)
		b.counted(head, n, count)
		b.plain(n, head)
	}
}

// once takes each participant once, one after the other or all at once; with
// max_rounds, again and again.
func (b *flowBuilder) once(p *Pattern) {
	refs := p.Participants
	if p.Parallel != nil {
		b.flow.width = b.pr.together(refs)
		if p.Parallel.Aggregate != nil {
			refs = append(slices.Clip(refs), *p.Parallel.Aggregate)
		}
	}
	if p.MaxRounds <= 1 {
		b.plain(b.chain(enter, refs...), leave)
		return
	}
	head := b.choice("next pass")
	b.plain(enter, head)
	b.round(head, refs, b.counter("max_rounds", p.MaxRounds, "entering the pattern"))
	b.plain(head, leave)
}

// mapped makes a copy of its participant for each item.
func (b *flowBuilder) mapped(p *Pattern) {
	head := b.choice("next item")
	b.plain(enter, head)
	b.anyOf(head, p.Participants, b.counter("max_items", p.Map.MaxItems, "entering the pattern"))
	b.flow.width = satMul(b.pr.widest(p.Participants), p.Map.MaxItems)
	b.plain(head, leave)
}

// loop repeats its body until it is accepted.
func (b *flowBuilder) loop(p *Pattern) {
	head := b.choice("next pass")
	b.plain(enter, head)
	refs := p.Participants
	if p.Loop.Critic != nil {
		refs = append(slices.Clip(refs), *p.Loop.Critic)
	}
	b.round(head, refs, b.counter("max_iterations", p.Loop.MaxIterations, "entering the pattern"))
	b.plain(head, leave)
}

// chosen are the patterns in which each turn is preceded by a choice.
func (b *flowBuilder) chosen(p *Pattern) {
	s := p.Selector
	refs := p.Participants
	if len(refs) == 0 {
		refs = s.Candidates
	}
	if s.Fallback != nil {
		refs = distinct(append(slices.Clip(refs), *s.Fallback))
	}
	head := b.choice("who is next")
	if s.Chair != nil {
		head = b.decide(*s.Chair, "chair")
		if s.Attempts > 1 {
			retries := b.counter("attempts", s.Attempts-1, "the next choice")
			b.counted(head, head, retries)
			b.flow.loads[head].decisions = b.flow.loads[head].decisions.times(s.Attempts)
			defer b.resetBy(head, retries)
		}
	}
	b.plain(enter, head)
	var count *Counter
	if p.MaxRounds > 0 {
		count = b.counter("max_rounds", p.MaxRounds, "entering the pattern")
	}
	b.anyOf(head, refs, count)
	if p.Kind == "moderated" && s.Chair != nil {
		// The chair's last choice has the words in it.
		final := b.node(StepTurn, "final agent."+s.Chair.Name, *s.Chair, turnLoad(spend{}, b.pr.answerOf(s.Chair.Name)))
		b.plain(head, final)
		head = final
	}
	b.plain(head, leave)
}

// resetBy lets each edge that comes to a step from another reset a counter.
func (b *flowBuilder) resetBy(to int, c *Counter) {
	for i := range b.flow.Edges {
		if e := &b.flow.Edges[i]; e.To == to && e.From != to {
			e.resets = append(e.resets, c)
		}
	}
}

// handoff goes on until nobody has the floor any more.
func (b *flowBuilder) handoff(p *Pattern) {
	h := p.Handoff
	if h == nil {
		h = &Handoff{}
	}
	var count, back *Counter // each handover is given back once at most
	if h.MaxHandoffs > 0 {
		count = b.counter("max_handoffs", h.MaxHandoffs, "entering the pattern")
		back = b.counter("max_handoffs", h.MaxHandoffs, "entering the pattern")
	}
	at := map[string]int{}
	for i, ref := range p.Participants {
		l := b.pr.one(ref)
		kind := StepBlock
		switch ref.Kind {
		case RefAgent:
			g := given{calls: b.pr.toolCalls(ref.Name)}
			for _, to := range p.Participants {
				if slices.Contains(h.targets(p, ref.Name), to.Name) && to.Name != ref.Name {
					g = g.tool(b.pr, to)
				}
			}
			kind, l = StepTurn, b.noted(turnLoad(b.pr.turnOf(ref.Name, g), b.pr.answerOf(ref.Name)))
		case RefHuman:
			kind = StepPerson
		case RefPattern:
		}
		n := b.node(kind, string(ref.Kind)+"."+ref.Name, ref, l)
		at[ref.Name] = n
		if p.Start == ref.Name || p.Start == "" && i == 0 {
			b.plain(enter, n)
		}
		b.plain(n, leave)
	}
	user := -1
	if h.AfterTurn == "user" {
		user = b.node(StepWait, "a person's message", Ref{}, load{})
		if count != nil {
			defer b.resetBy(user, count)
			defer b.resetBy(user, back)
		}
	}
	for _, ref := range p.Participants {
		from := at[ref.Name]
		switch {
		case ref.Kind != RefAgent: // who cannot call tools gives the floor back
		case user >= 0:
			b.plain(from, user)
			b.plain(user, from)
		case h.AfterTurn != "return":
			b.edge(FlowEdge{From: from, To: from, Label: "keeps the floor"})
		}
		for _, to := range h.targets(p, ref.Name) {
			n, ok := at[to]
			if !ok || n == from {
				continue
			}
			if ref.Kind != RefAgent {
				if h.AfterTurn != "return" {
					b.edge(FlowEdge{From: from, To: n, Label: "goes on"})
				}
				continue
			}
			b.edge(FlowEdge{From: from, To: n, Label: "hands over", Counter: count})
			if h.AfterTurn == "return" || b.flow.Nodes[n].Ref.Kind != RefAgent {
				b.edge(FlowEdge{From: n, To: from, Label: "returns", Counter: back})
			}
		}
	}
}

// targets are those whom a participant may hand over to.
func (h *Handoff) targets(p *Pattern, from string) []string {
	if h.Allow != nil {
		return h.Allow[from]
	}
	return refNames(p.Participants)
}

// graph has the pattern's own nodes and edges; a node with max_visits is
// entered through a gate that counts.
func (b *flowBuilder) graph(p *Pattern) {
	g := p.Graph
	in, out := make(map[string]int, len(g.Nodes)), make(map[string]int, len(g.Nodes))
	for _, node := range g.Nodes {
		run := node.Run
		run.Range = node.Range
		n := b.step(run)
		b.flow.Nodes[n].Label = node.Name + ": " + b.flow.Nodes[n].Label
		in[node.Name], out[node.Name] = n, n
		if node.MaxVisits > 0 {
			gate := b.choice(node.Name + "?")
			c := b.counter("node."+node.Name+".max_visits", node.MaxVisits, "entering the pattern")
			b.counted(gate, n, c)
			b.plain(gate, leave)
			in[node.Name] = gate
		}
	}
	more := map[string]bool{}
	for _, e := range g.Edges {
		from, known := out[e.From]
		to, ok := in[e.To]
		if !known || !ok {
			continue
		}
		edge := FlowEdge{From: from, To: to, Range: e.Range}
		if e.When != nil {
			edge.Label = e.When.Text()
		}
		more[e.From] = true
		b.edge(edge)
	}
	for _, node := range g.Nodes {
		if !more[node.Name] {
			b.plain(out[node.Name], leave)
		}
	}
	if start, ok := in[p.start()]; ok {
		b.plain(enter, start)
	}
}

// distinct keeps the first of equal references.
func distinct(refs []Ref) []Ref {
	type key struct {
		kind RefKind
		name string
	}
	seen := make(map[key]bool, len(refs))
	var out []Ref
	for _, r := range refs {
		if k := (key{r.Kind, r.Name}); !seen[k] {
			seen[k] = true
			out = append(out, r)
		}
	}
	return out
}
