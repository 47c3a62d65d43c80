package specs

// anyone are the kinds of blocks that can take part in a pattern.
func anyone() []string { return []string{"agent", "human", "pattern"} }

func who(name, doc string) argSchema  { return refArg(name, doc, anyone()...) }
func whos(name, doc string) argSchema { return refsArg(name, doc, anyone()...) }

func patternSchema() *blockSchema {
	return &blockSchema{
		name: "pattern", labels: []string{"kind", "name"},
		kinds: patternKinds(),
		doc: "Says who speaks when. A pattern can take part in another one: what stops it never leaks outward, and its result is what the " +
			"outer one sees. A *turn* is one participant's finished answer; a *round* is every participant once, or one decision of a chair.",
		example: `pattern "round_robin" "exchange" {
  participants = [agent.optimist, agent.skeptic]
  max_rounds   = 4
}

pattern "sequential" "debate" {
  participants = [pattern.exchange, agent.judge]
}`,
		args:   append(commonPatternArgs(), patternArgs()...),
		blocks: []*blockSchema{routeSchema(), nodeSchema(), edgeSchema(), ruleSchema()},
	}
}

func patternKinds() []kindDoc {
	return []kindDoc{
		{"chat", "the agent answers each message of a person; of several agents the one mentioned by name, else the first"},
		{"round_robin", "declared order, wrapping around"},
		{"random", "a seeded draw among the others"},
		{"sequential", "each once, in order"},
		{"parallel", "all at once on the same input; the transcript has the answers in declared order"},
		{"map", "one copy of a participant per item of a list that an earlier turn produced"},
		{"loop", "the body until it is accepted, by `until` or by a `critic`, whose feedback goes back in"},
		{"selector", "who the `rule` names, else who the `chair` chooses among the candidates"},
		{"moderated", "like `selector`; the chair may end the talk and writes the final message"},
		{"handoff", "whoever has the floor keeps it until it hands over, by a generated tool `transfer_to_x`"},
		{"router", "one classification, then one branch"},
		{"supervisor", "a manager calls its workers as tools and answers"},
		{"debate", "sides speak at once, then see each other; then the judge"},
		{"vote", "all answer a typed ballot; it stops early when the outcome is certain"},
		{"graph", "nodes and guarded edges; the first true guard wins, the edge without guard is the default"},
		{"plan_execute", "a planner writes steps, executors do them in order, the planner revises or answers"},
		{"magentic", "a manager keeps a ledger of facts and plan, and gives instructions; stalls make it plan again"},
		{"blackboard", "whoever's condition on the shared board is met; ends at the goal or when nobody can act"},
		{"auction", "a manager announces a task, participants bid, the best bid does the work"},
	}
}

func commonPatternArgs() []argSchema {
	return []argSchema{
		description(),
		whos("participants", "Who takes part."),
		intArg("max_rounds", "Ends after so many rounds.").counted().unsetIs("no bound"),
		intArg("max_turns", "Ends after so many turns.").counted().unsetIs("no bound"),
		strArg("on_error", "What a failed turn does: the session fails, or the turn is passed over.").among("fail", "skip").initially("fail"),
		strArg("result", "What the outer pattern sees: the last message, all, or a summary.").among("last", "all", "summary").initially("last"),
	}
}

func patternArgs() []argSchema {
	return append(conversationArgs(), decisionArgs()...)
}

func conversationArgs() []argSchema {
	return []argSchema{
		typedArg("start", typeRefOrName, "Who begins; in a graph the name of a node.").unsetIs("the first").
			onlyFor("round_robin", "handoff", "graph").refsTo(anyone()...),
		intArg("seed", "Makes the draw repeatable.").from(-maxCount).to(maxCount).initially(0).onlyFor("random", "vote"),
		strArg("context", "What each sees: all that was said, or the answer before its own.").among("all", "previous").initially("all").
			onlyFor("sequential"),
		typedArg("join", typeCount, "How many successes are waited for: all, the first, or a number. The rest are cancelled.").
			among("all", "first").counted().initially("all").onlyFor("parallel"),
		who("aggregate", "Makes one answer of all of them.").onlyFor("parallel"),
		intArg("concurrency", "How many speak at the same time.").counted().unsetIs("all").onlyFor("parallel", "map"),
		typedArg("items", typeItems, "An expression that gives the list.").must().inPattern().onlyFor("map"),
		intArg("max_items", "The most items; more are an error of the pattern.").must().from(1).to(1000).onlyFor("map"),
		intArg("max_item_size", "The longest item in bytes; a longer one is an error of the pattern.").from(1).to(MaxItemsSize).initially(DefaultItemSize).onlyFor("map"),
		condArg("until", "Ends when this is true, tested after each pass.").inPattern().onlyFor("loop", "debate"),
		who("critic", "Judges each draft by `{accept, feedback, score?}`.").onlyFor("loop"),
		intArg("max_iterations", "The most passes.").must().counted().onlyFor("loop"),
		strArg("keep", "Which draft is the result when none is accepted.").among("last", "best").initially("last").onlyFor("loop"),
		typedArg("allow", typeRefMap, "Who may hand over to whom: `{ a = [agent.b] }`; who is not named hands over to nobody.").unsetIs("everyone to everyone").
			onlyFor("handoff").refsTo(anyone()...),
		strArg("after_turn", "Who has the floor after a turn: the same, who had it before, or the person, whose next message is waited for.").among("stay", "return", "user").
			initially("stay").onlyFor("handoff"),
		intArg("max_handoffs", "The most handovers; with `after_turn = \"user\"` for each message of a person.").counted().unsetIs("no bound").onlyFor("handoff"),
		who("judge", "Has the last word, in the form of its own `output`.").onlyFor("debate"),
	}
}

func decisionArgs() []argSchema {
	return []argSchema{
		typedArg("rule", typeSpeaker, "An expression that gives the name of the next speaker.").inPattern().onlyFor("selector", "moderated"),
		refArg("chair", "An agent that chooses the next speaker.", "agent").onlyFor("selector", "moderated"),
		whos("candidates", "Whom the chair may choose.").unsetIs("the participants").onlyFor("selector", "moderated"),
		intArg("attempts", "How often the chair is asked until its choice is usable.").from(1).to(10).initially(3).onlyFor("selector", "moderated"),
		who("fallback", "Speaks when the choice is never usable.").unsetIs("an error").onlyFor("selector", "moderated"),
		boolArg("allow_repeat", "Whether the same participant may speak twice in a row.").initially(false).onlyFor("selector", "moderated"),
		typedArg("transitions", typeRefMap, "Who may follow whom: `{ a = [agent.b] }`.").unsetIs("everyone").
			onlyFor("selector", "moderated").refsTo(anyone()...),
		refArg("classifier", "An agent that chooses among routes without `when`.", "agent").onlyFor("router"),
		who("default", "Where to go when no route fits.").must().onlyFor("router"),
		refArg("manager", "The agent that leads.", "agent").must().onlyFor("supervisor", "magentic", "auction"),
		whos("workers", "Whom the manager calls, instead of `participants`.").onlyFor("supervisor"),
		intArg("max_delegations", "The most calls of workers.").counted().unsetIs("the manager's `max_tool_calls`").onlyFor("supervisor"),
		intArg("max_resets", "How often it may plan again.").must().from(0).to(1000).onlyFor("magentic"),
		intArg("max_stalls", "Rounds without progress before it plans again.").from(1).to(1000).initially(3).onlyFor("magentic"),
		floatArg("min_score", "Bids below it do not count.").from(0).initially(0.0).onlyFor("auction"),
		listArg("choices", "What may be voted for.").onlyFor("vote"),
		strArg("strategy", "How ballots are counted.").among("majority", "quorum", "average").initially("majority").onlyFor("vote"),
		intArg("quorum", "How many equal votes decide, for the strategy `quorum`.").counted().onlyFor("vote"),
		typedArg("tie", typeRefOrName, "What breaks a tie: a choice, `\"first\"`, `\"random\"`, `\"none\"`, or a participant with the casting vote.").
			must().onlyFor("vote").refsTo(anyone()...),
		typedArg("weights", typeNumberMap, "How much a participant's vote counts: `{ chair = 2 }`.").unsetIs("1 each").onlyFor("vote"),
		refArg("planner", "The agent that plans.", "agent").must().onlyFor("plan_execute"),
		intArg("max_steps", "The most steps.").must().counted().onlyFor("plan_execute"),
		intArg("max_replans", "How often the plan may be revised.").must().from(0).to(1000).onlyFor("plan_execute"),
		refArg("approve", "A person who must agree to the plan.", "human").onlyFor("plan_execute"),
		condArg("goal", "Ends when this is true.").inPattern().onlyFor("blackboard"),
		intArg("max_activations", "The most turns taken by rules.").must().counted().onlyFor("blackboard"),
	}
}

func (a argSchema) refsTo(kinds ...string) argSchema { a.refs = kinds; return a }

func routeSchema() *blockSchema {
	return &blockSchema{
		name: "route", labels: []string{"name"}, only: []string{"router"},
		doc: "A branch. Routes with `when` are tried first, in order; then the classifier chooses among the others.",
		example: `pattern "router" "triage" {
  classifier = agent.sorter
  route "billing" {
    describe = "Invoices, payments, refunds"
    to       = agent.billing
  }
  default = agent.support
}`,
		args: []argSchema{
			condArg("when", "Takes this branch.").inPattern(),
			strArg("describe", "What belongs here, for the classifier."),
			who("to", "Who takes over.").must(),
		},
	}
}

func nodeSchema() *blockSchema {
	return &blockSchema{
		name: "node", labels: []string{"name"}, only: []string{"graph"},
		doc: "A node of a graph. A node without edges out ends the pattern.",
		example: `pattern "graph" "review" {
  node "draft" { run = agent.writer }
  node "check" {
    run        = agent.critic
    max_visits = 3
  }
  edge {
    from = "draft"
    to   = "check"
  }
  edge {
    from = "check"
    to   = "draft"
    when = "data.critic.score < 8"
  }
}`,
		args: []argSchema{
			who("run", "Who speaks here.").must(),
			intArg("max_visits", "How often the node may be entered.").counted().unsetIs("no bound"),
		},
	}
}

func edgeSchema() *blockSchema {
	return &blockSchema{
		name: "edge", only: []string{"graph"},
		doc: "Leads from a node to another. In declared order the first edge with a true guard is taken; the one without is the default.",
		args: []argSchema{
			strArg("from", "The name of a node.").must().filled(),
			strArg("to", "The name of a node.").must().filled(),
			condArg("when", "The guard.").inPattern(),
		},
	}
}

func ruleSchema() *blockSchema {
	return &blockSchema{
		name: "rule", only: []string{"blackboard"},
		doc: "Lets a participant act.",
		args: []argSchema{
			who("run", "Who acts.").must(),
			condArg("when", "When it can.").unsetIs("as soon as anything on the board is new to it").inPattern(),
			strArg("writes", "The name on the board that it writes.").unsetIs("its own name").filled(),
		},
	}
}
