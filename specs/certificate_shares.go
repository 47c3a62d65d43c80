package specs

import "slices"

// shares says what each agent, pattern and provider takes at most: how often it
// is visited in the flows that lead to it, and never more than the whole.
func (pr *prover) shares(s *Session, c *Certificate, h *history, whole load, total bill) {
	d := &divider{prover: pr, session: s, whole: c, most: total, load: whole, history: h, agents: map[string]sum{}, entered: map[string]int{}}
	d.walk()
	for _, p := range pr.cfg.Patterns {
		if n := d.entered[p.Name]; n > 0 {
			l := pr.patternLoad(p)
			own := l.times(n)
			if len(l.cycles) > 0 {
				own = whole.sum
			}
			c.Patterns = append(c.Patterns, d.share(p.address(), own))
		}
	}
	providers := map[string]sum{}
	for _, a := range pr.cfg.Agents {
		own, takesPart := d.agents[a.Name]
		if !takesPart {
			continue
		}
		c.Agents = append(c.Agents, d.share("agent."+a.Name, own))
		d.divide(a, own, providers)
	}
	for _, p := range pr.cfg.Providers {
		if own, asked := providers[p.Name]; asked {
			share := d.share("provider."+p.Name, own)
			share.Turns = 0
			c.Providers = append(c.Providers, share)
		}
	}
}

// A divider follows a session from its top pattern down.
type divider struct {
	*prover
	session *Session
	whole   *Certificate
	history *history
	load    load
	most    bill // of the whole session
	agents  map[string]sum
	entered map[string]int // by pattern
}

func (d *divider) walk() {
	s := d.session
	if p := d.patterns[s.Pattern]; p != nil {
		d.patternLoad(p)
	}
	if s.Agent != "" {
		d.take(s.Agent, d.turnOf(s.Agent, given{}), 1, 1)
	}
	order := d.order(s.Pattern)
	if s.Pattern != "" {
		d.entered[s.Pattern] = 1
	}
	for _, name := range order {
		d.enter(name, d.entered[name])
	}
	for _, stop := range d.stopsOf(s) {
		if stop.Judge != nil {
			d.take(stop.Judge.Agent, d.turnOf(stop.Judge.Agent, given{form: true}), d.load.turns/max(stop.Judge.Every, 1), 0)
		}
	}
	if s.Finalize != nil {
		d.take(s.Finalize.Agent, d.turnOf(s.Finalize.Agent, given{}), 1, 1)
	}
}

// order are the patterns below one, each after all that use it.
func (d *divider) order(top string) []string {
	var out []string
	done := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		f := d.flows[name]
		if f == nil || done[name] {
			return
		}
		done[name] = true
		for i := range f.Nodes {
			if f.Nodes[i].Kind == StepBlock {
				visit(f.Nodes[i].Ref.Name)
			}
		}
		out = append(out, name)
	}
	visit(top)
	slices.Reverse(out)
	return out
}

// enter counts what the steps of a pattern take that is entered n times.
func (d *divider) enter(name string, n int) {
	f := d.flows[name]
	for i := range f.Nodes {
		node := &f.Nodes[i]
		total := satMul(node.Visits, n)
		switch node.Kind {
		case StepTurn, StepDecision:
			d.take(node.Ref.Name, f.loads[i].spend, total, f.loads[i].turns)
		case StepBlock:
			d.entered[node.Ref.Name] = satAdd(d.entered[node.Ref.Name], total)
		default:
		}
	}
}

// take adds visits of an agent, no more than there are turns or, for decisions,
// moments between them.
func (d *divider) take(agent string, each spend, visits, turns int) {
	most := d.load.tries
	if turns == 0 {
		most = d.load.calls
	}
	visits = min(visits, most)
	own := sum{spend: each, turns: turns, tries: turns}.times(visits)
	d.agents[agent] = d.agents[agent].plus(own)
	d.askedBy(agent, visits)
}

// share is a part of the whole, which none is more than.
func (d *divider) share(address string, own sum) Share {
	own.reads = min(own.reads, d.load.reads)
	b := d.history.bill(own, own.reads == d.load.reads)
	if !d.load.waits { // no part is more than the whole, but for its last turn
		b.in, b.out, b.cost = min(b.in, d.most.in), min(b.out, d.most.out), min(b.cost, d.most.cost)
	}
	s := Share{
		Address: address, Turns: amount(min(own.turns, max(d.load.turns, 1))), Calls: amount(min(own.calls, max(d.load.calls, 1))),
		Tokens: ceiling(b.in + b.out), Cost: Amount(b.cost),
	}
	s.Calls, s.Tokens, s.Cost = min(s.Calls, d.whole.Calls), min(s.Tokens, d.whole.Tokens), min(s.Cost, d.whole.Cost)
	return s
}

// divide gives an agent's calls to the providers of its chain, to each as many
// as its attempts are among all.
func (d *divider) divide(a *Agent, own sum, providers map[string]sum) {
	add := func(provider, model string, s spend) {
		providers[provider] = providers[provider].plus(sum{spend: d.paid(s, provider, model)})
	}
	all := 0
	for _, name := range a.Models {
		all = satAdd(all, d.tries(name))
	}
	for i, name := range a.Models {
		add(name, a.modelAt(i), own.part(d.tries(name), all))
	}
	if a.summarizes() {
		turns := own.calls / max(d.turnOf(a.Name, given{}).calls, 1)
		add(a.Memory.Summarize, "", d.summaryCall(a).times(satMul(satAdd(turns, 1), d.tries(a.Memory.Summarize))))
	}
}

// part is so much of a spending, rounded up.
func (s spend) part(n, of int) spend {
	cut := func(x int) int {
		if x >= unbounded/max(n, 1) || of == 0 {
			return x
		}
		return (x*n + of - 1) / of
	}
	return spend{calls: cut(s.calls), in: cut(s.in), out: cut(s.out), asks: cut(s.asks), reads: cut(s.reads), msgs: cut(s.msgs)}
}

// paid is a spending at the prices of one provider.
func (d *divider) paid(s spend, provider, model string) spend {
	price := d.priceOf(provider, model)
	s.cost = mulFloat(price.Input, s.in) + mulFloat(price.Output, s.out)
	s.askPrice, s.readPrice, s.msgPrice = mulFloat(price.Input, s.asks), mulFloat(price.Input, s.reads), mulFloat(price.Input, s.msgs)
	return s
}
