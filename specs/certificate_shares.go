package specs

import (
	"maps"
	"math"
	"slices"
)

// shares says what each agent, pattern and provider takes at most: how often it
// is visited in the flows that lead to it, and never more than the whole.
func (pr *prover) shares(s *Session, c *Certificate, h *history, whole load, total bill) {
	d := &divider{prover: pr, session: s, whole: c, most: total, load: whole, history: h, agents: map[string]supply{}, entered: map[string]int{}, told: map[string]note{}}
	d.walk()
	for _, p := range pr.cfg.Patterns {
		if n := d.entered[p.Name]; n > 0 {
			l := pr.patternLoad(p)
			own := l.times(n)
			own.spend = d.told[p.Name].to(own.spend)
			if len(l.cycles) > 0 {
				own = whole.sum
			}
			c.Patterns = append(c.Patterns, d.share(p.address(), supply{sum: own}, pr.ratesOf(pr.reach(p.Name).agents)))
		}
	}
	providers := map[string]supply{}
	for _, a := range pr.cfg.Agents {
		own, takesPart := d.agents[a.Name]
		if !takesPart {
			continue
		}
		c.Agents = append(c.Agents, d.share("agent."+a.Name, own, pr.ratesOf(map[string]bool{a.Name: true})))
		d.divide(a, own, providers)
	}
	for _, p := range pr.cfg.Providers {
		if own, asked := providers[p.Name]; asked {
			share := d.share("provider."+p.Name, own, own.rates)
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
	agents  map[string]supply
	entered map[string]int // by pattern
	told    map[string]note
}

// A note is what the patterns around a pattern say to all inside of it.
type note struct{ messages, words int }

func (n note) to(s spend) spend { return s.noted(n.messages, n.words) }

// tell takes down what a pattern says to all inside of another.
func (d *divider) tell(from, to string) {
	messages, words := d.noteOf(d.flows[from].pattern)
	around, known := d.told[from], d.told[to]
	d.told[to] = note{max(known.messages, satAdd(around.messages, messages)), max(known.words, satAdd(around.words, words))}
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
	if f := s.Finalize; f != nil {
		own := d.agents[f.Agent]
		own.last = d.last(f)
		d.agents[f.Agent] = own
		d.askedBy(f.Agent, 1)
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
		if i == f.summer && i != enter { // whoever has spoken may be asked
			for _, agent := range slices.Sorted(maps.Keys(d.reach(name).agents)) { // sums of fractions depend on their order
				d.take(agent, d.told[name].to(d.turnOf(agent, given{}).noted(0, noteTokens)), total, 0)
			}
			continue
		}
		switch node.Kind {
		case StepTurn, StepDecision:
			d.take(node.Ref.Name, d.told[name].to(f.loads[i].spend), total, f.loads[i].turns)
		case StepBlock:
			d.entered[node.Ref.Name] = satAdd(d.entered[node.Ref.Name], total)
			d.tell(name, node.Ref.Name)
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
	d.gets(agent, own)
	d.askedBy(agent, visits)
}

// gets adds to what an agent takes.
func (d *divider) gets(agent string, more sum) {
	own := d.agents[agent]
	own.sum = own.plus(more)
	d.agents[agent] = own
}

// share is a part of the whole, which none is more than, at the prices of its
// own models.
func (d *divider) share(address string, own supply, r *rates) Share {
	own.reads = min(own.reads, d.load.reads)
	b, last := d.history.bill(own.sum, own.reads == d.load.reads), d.history.bill(own.last, false)
	b = bill{b.in + last.in, b.out + last.out, b.cost + last.cost}
	if !d.load.waits { // no part is more than the whole
		b.in, b.out, b.cost = min(b.in, d.most.in), min(b.out, d.most.out), min(b.cost, d.most.cost)
	}
	s := Share{
		Address: address, Turns: amount(satAdd(min(own.turns, max(d.load.turns, 1)), own.last.turns)),
		Calls: amount(satAdd(own.calls, own.last.calls)), Tokens: ceiling(b.in + b.out), Cost: Amount(b.cost),
	}
	s.Calls, s.Tokens, s.Cost = min(s.Calls, d.whole.Calls), min(s.Tokens, d.whole.Tokens), min(s.Cost, d.whole.Cost)
	answers := b.out
	if d.load.waits {
		answers = math.Inf(1)
	}
	s.Cost = min(s.Cost, Amount(r.cost(float64(s.Tokens), answers)))
	return s
}

// A supply is what an agent or a provider takes of a session, its part of the
// last turn apart, and at which prices.
type supply struct {
	sum
	last  sum
	rates *rates
}

// divide gives an agent's calls to the providers of its chain, to each as many
// as its attempts are among all.
func (d *divider) divide(a *Agent, own supply, providers map[string]supply) {
	add := func(provider, model string, s, last spend) {
		to := providers[provider]
		if p := d.providers[provider]; p != nil {
			to.rates = to.rates.with(PriceOf(p, model))
		}
		to.sum = to.plus(sum{spend: d.paid(s, provider, model)})
		to.last = to.last.plus(sum{spend: d.paid(last, provider, model)})
		providers[provider] = to
	}
	all := 0
	for _, name := range a.Models {
		all = satAdd(all, d.tries(name))
	}
	for i, name := range a.Models {
		tries := d.tries(name)
		add(name, a.modelAt(i), own.part(tries, all), own.last.part(tries, all))
	}
	if a.summarizes() {
		turns := satAdd(own.calls, own.last.calls) / max(d.turnOf(a.Name, given{}).calls, 1)
		add(a.Memory.Summarize, "", d.summaryCall(a).times(satMul(satAdd(turns, 1), d.tries(a.Memory.Summarize))), spend{})
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
