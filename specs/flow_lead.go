package specs

import "slices"

// router classifies once and takes one branch.
func (b *flowBuilder) router(p *Pattern) {
	r, head := p.Router, b.choice("which route")
	if r.Classifier != nil {
		head = b.decide(*r.Classifier, "classifier")
	}
	b.plain(enter, head)
	to := []Ref{r.Default}
	for _, route := range r.Routes {
		to = append(to, route.To)
	}
	for _, ref := range distinct(to) {
		n := b.step(ref)
		b.plain(head, n)
		b.plain(n, leave)
	}
}

// maxBallots is how often a person is asked for a ballot that can be read.
const maxBallots = 3

// vote asks everybody at once, and one more to break a tie.
func (b *flowBuilder) vote(p *Pattern) {
	b.flow.width = len(p.Participants)
	voters := p.Participants
	if p.Vote.TieBreaker != nil {
		voters = append(slices.Clip(voters), *p.Vote.TieBreaker)
	}
	last := enter
	for _, ref := range voters {
		n := b.step(ref)
		e := FlowEdge{From: last, To: n}
		if ref.Kind == RefHuman {
			again := b.counter("ballots - 1", maxBallots-1, "the next voter")
			b.edge(FlowEdge{From: n, To: n, Label: "cannot be read", Counter: again})
			e.resets = []*Counter{again}
		}
		b.edge(e)
		last = n
	}
	n := b.node(StepChoice, "outcome", Ref{}, load{sum: sum{said: p.verdict(), sums: 1}, mostSaid: p.verdict()})
	b.plain(last, n)
	b.plain(n, leave)
}

// verdict is the longest message with a vote's outcome, in tokens.
func (p *Pattern) verdict() int {
	bytes := 120
	for _, choice := range p.Vote.Choices {
		bytes += 2*len(choice) + 30
	}
	return tokensIn(bytes)
}

// planExecute plans once and after each failure, executes the steps of each
// plan, and answers.
func (b *flowBuilder) planExecute(p *Pattern) {
	x := p.PlanExecute
	head := b.choice("the next plan")
	b.plain(enter, head)
	plans := b.counter("max_replans + 1", satAdd(x.MaxReplans, 1), "entering the pattern")
	plans.Range = p.Arg("max_replans")
	steps := b.counter("max_steps", x.MaxSteps, "a new plan")
	plan := b.step(x.Planner)
	b.counted(head, plan, plans)
	last := plan
	if x.Approve != nil {
		last = b.chain(plan, *x.Approve)
	}
	hub := b.choice("next step of the plan")
	b.edge(FlowEdge{From: last, To: hub, resets: []*Counter{steps}})
	b.anyOf(hub, p.Participants, steps)
	b.edge(FlowEdge{From: hub, To: head, Label: "failed"})
	answer := b.chain(head, x.Planner)
	b.plain(answer, leave)
}

// managed are the patterns that a manager leads.
func (b *flowBuilder) managed(p *Pattern) {
	switch p.Kind {
	case "magentic":
		b.magentic(p)
	case "auction":
		b.auction(p)
	default:
		b.supervisor(p)
	}
}

// hands are those who do the work of a manager.
func (p *Pattern) hands() []Ref {
	return distinct(append(slices.Clip(p.Participants), p.Manager.Workers...))
}

// magentic judges each round; facts and plan are written at the start and after
// each reset; then comes the answer.
func (b *flowBuilder) magentic(p *Pattern) {
	m := p.Manager
	ledger := b.chain(enter, m.Manager, m.Manager)
	head := b.choice("next round")
	b.plain(ledger, head)
	judge := b.step(m.Manager)
	b.counted(head, judge, b.counter("max_rounds", p.MaxRounds, "entering the pattern"))
	hands := b.choice("who is next")
	b.plain(judge, hands)
	for _, ref := range p.hands() {
		n := b.step(ref)
		b.plain(hands, n)
		b.plain(n, head)
	}
	resets := b.counter("max_resets", m.MaxResets, "entering the pattern")
	facts := b.step(m.Manager)
	b.edge(FlowEdge{From: hands, To: facts, Label: "stalled", Counter: resets})
	b.plain(b.chain(facts, m.Manager), head)
	b.plain(hands, head)
	answer := b.chain(head, m.Manager)
	b.plain(answer, leave)
}

// auction announces a task, hears everybody's bid, and lets the best one work.
func (b *flowBuilder) auction(p *Pattern) {
	m, head := p.Manager, b.choice("next round")
	b.flow.width = max(len(p.Participants), b.pr.widest(p.hands()))
	b.plain(enter, head)
	announce := b.step(m.Manager)
	b.counted(head, announce, b.counter("max_rounds", p.MaxRounds, "entering the pattern"))
	bids := b.chain(announce, p.Participants...)
	best := b.choice("the best bid")
	b.plain(bids, best)
	for _, ref := range p.hands() {
		n := b.step(ref)
		b.plain(best, n)
		b.plain(n, head)
	}
	b.plain(best, head)
	answer := b.chain(head, m.Manager)
	b.plain(answer, leave)
}

// supervisor is one turn of the manager, whose tool calls are its workers.
func (b *flowBuilder) supervisor(p *Pattern) {
	m := p.Manager
	own := b.pr.toolCalls(m.Manager.Name)
	count := b.counter("max_delegations", m.MaxDelegations, "the manager's turn")
	if m.MaxDelegations == 0 {
		count.Name, count.Bound = "max_tool_calls of agent."+m.Manager.Name, own
		count.Because = b.flow.Address + " " + count.String()
		if a := b.pr.agents[m.Manager.Name]; a != nil {
			count.Range = a.Arg("max_tool_calls")
		}
	}
	l := turnLoad(b.pr.turnOf(m.Manager.Name, b.pr.workers(p, max(own, count.Bound))), b.pr.answerOf(m.Manager.Name))
	lead := b.node(StepTurn, "agent."+m.Manager.Name, m.Manager, l)
	b.plain(enter, lead)
	hub := b.choice("the next delegation")
	b.plain(lead, hub)
	hands := p.hands()
	b.anyOf(hub, hands, count)
	b.plain(hub, leave)
	b.flow.width = satAdd(satMul(b.pr.widest(hands), count.Bound), 1) // calls of one answer run at once
}

// workers are a manager's tools: whom it may call, and what they give back.
func (pr *prover) workers(p *Pattern, calls int) given {
	g := given{calls: calls}
	for _, ref := range p.hands() {
		g = g.tool(pr, ref)
		l := pr.one(ref)
		words := l.mostSaid
		if ref.Kind == RefPattern && pr.patternOr(ref.Name).Result == "all" {
			words = satMul(words, max(l.turns, 1))
		}
		g.result = max(g.result, min(words, tokensIn(maxGiven)))
	}
	return g
}

// maxGiven cuts the result of a worker, in bytes.
const maxGiven = 64<<10 + 10

// blackboard lets those act whose conditions hold.
func (b *flowBuilder) blackboard(p *Pattern) {
	head := b.choice("who can act")
	b.plain(enter, head)
	var run []Ref
	for _, rule := range p.Blackboard.Rules {
		run = append(run, rule.Run)
	}
	b.anyOf(head, distinct(run), b.counter("max_activations", p.Blackboard.MaxActivations, "entering the pattern"))
	b.plain(head, leave)
}
