package specs

func (l *loader) buildPattern(n *node) *Pattern {
	p := &Pattern{
		Block: l.block(n), Kind: n.kind, Participants: n.refs("participants"),
		MaxRounds: n.int("max_rounds"), MaxTurns: n.int("max_turns"), OnError: n.str("on_error"), Result: n.str("result"),
	}
	switch n.kind {
	case "round_robin":
		p.Start = startOf(n)
	case "random":
		p.Seed = int64(n.int("seed"))
	case "sequential":
		p.Context = n.str("context")
	case "parallel":
		p.Parallel = buildParallel(n)
	case "map":
		p.Map = &MapPattern{MaxItems: n.int("max_items"), MaxItemSize: n.int("max_item_size"), Concurrency: n.int("concurrency")}
		l.expr(n, "items", wantList, func(e *Expr) { p.Map.Items = e })
	case "loop":
		p.Loop = &Loop{Critic: n.optRef("critic"), MaxIterations: n.int("max_iterations"), Keep: n.str("keep")}
		l.expr(n, "until", wantBool, func(e *Expr) { p.Loop.Until = e })
	case "selector", "moderated":
		p.Selector = l.buildSelector(n)
	case "handoff":
		p.Start = startOf(n)
		p.Handoff = &Handoff{Allow: namesOfMap(get[map[string][]Ref](n, "allow")), AfterTurn: n.str("after_turn"), MaxHandoffs: n.int("max_handoffs")}
	case "router":
		p.Router = l.buildRouter(n)
	default:
		l.buildDecision(n, p)
	}
	return p
}

// buildDecision is buildPattern for the kinds in which somebody leads or all
// decide.
func (l *loader) buildDecision(n *node, p *Pattern) {
	switch n.kind {
	case "supervisor", "magentic", "auction":
		p.Manager = &Manager{
			Manager: n.ref("manager"), Workers: n.refs("workers"), MaxDelegations: n.int("max_delegations"),
			MaxResets: n.int("max_resets"), MaxStalls: n.int("max_stalls"), MinScore: n.number("min_score"),
		}
		if p.Manager.Workers == nil {
			p.Manager.Workers = p.Participants
		}
	case "debate":
		p.Debate = &Debate{Judge: n.optRef("judge")}
		l.expr(n, "until", wantBool, func(e *Expr) { p.Debate.Until = e })
	case "vote":
		p.Seed, p.Vote = int64(n.int("seed")), buildVote(n)
	case "graph":
		p.Start, p.Graph = startOf(n), l.buildGraph(n)
	case "plan_execute":
		p.PlanExecute = &PlanExecute{
			Planner: n.ref("planner"), MaxSteps: n.int("max_steps"), MaxReplans: n.int("max_replans"), Approve: n.optRef("approve"),
		}
	case "blackboard":
		p.Blackboard = l.buildBlackboard(n)
	}
}

// startOf is a name, written as such or as a reference.
func startOf(n *node) string {
	if text := n.str("start"); text != "" {
		return text
	}
	return n.ref("start").Name
}

func buildParallel(n *node) *Parallel {
	p := &Parallel{Join: n.int("join"), Aggregate: n.optRef("aggregate"), Concurrency: n.int("concurrency")}
	if n.str("join") == "first" {
		p.Join = 1
	}
	return p
}

func (l *loader) buildSelector(n *node) *Selector {
	s := &Selector{
		Chair: n.optRef("chair"), Candidates: n.refs("candidates"), Attempts: n.int("attempts"), Fallback: n.optRef("fallback"),
		AllowRepeat: n.bool("allow_repeat"), Transitions: namesOfMap(get[map[string][]Ref](n, "transitions")),
	}
	if s.Candidates == nil {
		s.Candidates = n.refs("participants")
	}
	l.expr(n, "rule", wantString, func(e *Expr) { s.Rule = e })
	return s
}

func (l *loader) buildRouter(n *node) *Router {
	routes := n.all("route")
	r := &Router{Classifier: n.optRef("classifier"), Default: n.ref("default"), Routes: make([]Route, len(routes))}
	l.uniqueNames(routes)
	for i, b := range routes {
		r.Routes[i] = Route{Name: b.name, Range: l.rng(b.header), Describe: b.str("describe"), To: b.ref("to")}
		l.expr(b, "when", wantBool, func(e *Expr) { r.Routes[i].When = e })
	}
	return r
}

// uniqueNames reports inner blocks of the same name.
func (l *loader) uniqueNames(blocks []*node) {
	first := map[string]*node{}
	for _, b := range blocks {
		if b.name == "" {
			continue
		}
		if other := first[b.name]; other != nil {
			d := l.about(b, codeDuplicate, b.labels[0], "There is already %s.", other.title())
			l.related(d, other.header, "the first one")
			continue
		}
		first[b.name] = b
	}
}

func buildVote(n *node) *Vote {
	return &Vote{
		Choices: n.strings("choices"), Strategy: n.str("strategy"), Quorum: n.int("quorum"),
		Tie: n.str("tie"), TieBreaker: n.optRef("tie"), Weights: get[map[string]float64](n, "weights"),
	}
}

func (l *loader) buildGraph(n *node) *Graph {
	nodes, edges := n.all("node"), n.all("edge")
	g := &Graph{Edges: make([]GraphEdge, len(edges))}
	l.uniqueNames(nodes)
	for _, b := range nodes {
		g.Nodes = append(g.Nodes, GraphNode{Name: b.name, Range: l.rng(b.header), Run: b.ref("run"), MaxVisits: b.int("max_visits")})
	}
	for i, b := range edges {
		g.Edges[i] = GraphEdge{From: b.str("from"), To: b.str("to"), Range: l.rng(b.header)}
		l.expr(b, "when", wantBool, func(e *Expr) { g.Edges[i].When = e })
	}
	return g
}

func (l *loader) buildBlackboard(n *node) *Blackboard {
	rules := n.all("rule")
	b := &Blackboard{MaxActivations: n.int("max_activations"), Rules: make([]BlackboardRule, len(rules))}
	l.exprOn(b, n, "goal", func(e *Expr) { b.Goal = e })
	for i, r := range rules {
		b.Rules[i] = BlackboardRule{Range: l.rng(r.header), Run: r.ref("run"), Writes: r.str("writes")}
		if b.Rules[i].Writes == "" {
			b.Rules[i].Writes = b.Rules[i].Run.Name
		}
		l.exprOn(b, r, "when", func(e *Expr) { b.Rules[i].When = e })
	}
	return b
}
