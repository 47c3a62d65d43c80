package specs

func stopSchema() *blockSchema {
	return &blockSchema{
		name: "stop", labels: []string{"name"},
		doc: "A condition that ends a session, or a pattern when it has a `scope`. Exactly one of `when`, `tool`, `judge`, `repeat`, `any`, " +
			"`all`, `not` and `at_least`. Conditions are evaluated on every event.",
		example: `stop "goal" {
  when = "data.critic.score >= 8"
}

stop "circles" {
  repeat = "content"
  times  = 3
  action = "finalize"
}

stop "either" {
  any = [stop.goal, stop.circles]
}`,
		args: []argSchema{
			description(),
			condArg("when", "An expression that becomes true."),
			refArg("tool", "A tool that was called and succeeded.", "tool"),
			refArg("judge", "An agent that decides by `criteria`.", "agent"),
			strArg("criteria", "What the judge looks for.").filled(),
			intArg("every", "After how many turns the judge is asked.").counted().initially(1),
			strArg("repeat", "What comes round without anything new: what is said, which tool is called, or who speaks.").
				among("content", "tool_call", "speakers"),
			intArg("times", "How many times in a row.").from(2).to(1000).initially(3),
			refsArg("any", "One of these conditions is enough.", "stop"),
			refsArg("all", "All of these conditions are needed.", "stop"),
			refArg("not", "This condition does not hold.", "stop"),
			intArg("at_least", "So many of the conditions in `of`.").counted(),
			refsArg("of", "The conditions that `at_least` counts.", "stop"),
			boolArg("latch", "For `all` and `at_least`: each condition need be true only once.").initially(false),
			strArg("outcome", "How the session ends.").among("achieved", "blocked", "failed").initially("achieved"),
			strArg("action", "Ends at once, takes a last turn by the session's `finalize`, or asks a person whether to go on.").
				among("end", "finalize", "pause").initially("end"),
			intArg("min_turns", "Not before so many turns.").from(0).to(maxCount).initially(0),
			refArg("scope", "The pattern that ends.", "pattern").unsetIs("the session"),
			strArg("reason", "What people are told."),
		},
	}
}

func sessionSchema() *blockSchema {
	return &blockSchema{
		name: "session", labels: []string{"name"},
		doc: "A template from which sessions are started. It needs `pattern` or `agent`. A scenario without sessions, with one pattern that " +
			"no other uses, or else with one agent, gets one by itself, with all stops that are not part of others.",
		example: `session "debate" {
  type    = "agent_agent"
  pattern = pattern.debate
  opening = "The motion is: ${var.motion}. Begin."
  stop    = [stop.agreed]
  limits {
    max_turns = 12
    timeout   = "5m"
  }
}`,
		args: []argSchema{
			description(),
			strArg("type", "Whether a person takes part all the time, or agents talk to each other.").among("human_agent", "agent_agent").
				unsetIs("`human_agent` for an agent and for the pattern `chat`, else `agent_agent`"),
			refArg("pattern", "Who speaks when.", "pattern"),
			refArg("agent", "An agent to chat with, instead of a pattern.", "agent"),
			strArg("opening", "The first message: from the person's side in agent_agent, the agent's greeting in human_agent."),
			strArg("start", "By itself with the opening, or when a message comes.").among("auto", "on_message").
				unsetIs("`\"auto\"` with an opening, else `\"on_message\"`"),
			refsArg("stop", "The conditions that end it.", "stop"),
			strArg("on_busy", "What a person's message does while an agent is at work.").among("enqueue", "reject", "interrupt").initially("enqueue"),
			timeArg("lifetime", "The longest time that a session exists.").initially("1h"),
			timeArg("idle_timeout", "The longest time without anything happening.").initially("30m"),
			typedArg("result", typeResult, "An expression that gives the session's result.").unsetIs("the last agent message"),
			typedArg("metadata", typeObject, "Anything, for whoever reads the events."),
			boolArg("open_ended", "For human_agent: no bound on turns; each message is bounded instead.").initially(false),
		},
		blocks: []*blockSchema{
			limitsSchema(),
			{
				name: "finalize", once: true,
				doc: "One last turn, with its own reserve, when a limit or a stop with `action = \"finalize\"` ends the session.",
				args: []argSchema{
					refArg("agent", "Who takes it.", "agent").must(),
					strArg("prompt", "What it is asked.").initially("Sum up the result of the conversation."),
				},
			},
		},
	}
}

func limitsSchema() *blockSchema {
	count := func(name, doc string) argSchema { return intArg(name, doc).counted().unsetIs("no bound") }
	return &blockSchema{
		name: "limits", once: true,
		doc: "Bounds of the session. At the first one that is reached it ends `exhausted`. `max_tokens` and `max_cost` are not passed, unless a vendor reports more usage than the estimate: " +
			"before each call the most that it can take is reserved, its request and the `max_tokens` of its agent, or 4,096 tokens where the agent has none. " +
			"An answer's cap is lowered to what is left, but not below 64 tokens. A call that does not fit waits while others are in flight, which may give " +
			"something back; then it ends the session. What `finalize` takes is set aside from the beginning. At four fifths the session warns once.",
		args: []argSchema{
			count("max_turns", "Finished answers of participants."),
			count("max_rounds", "Rounds of the session's own pattern."),
			count("max_messages", "Messages, anybody's."),
			count("max_calls", "Calls of models."),
			count("max_tool_calls", "Calls of tools."),
			count("max_handoffs", "Handovers of the floor."),
			count("max_tokens", "Tokens in all, input and output."),
			floatArg("max_cost", "USD. All prices and `max_tokens` of the agents must be known.").from(0.000001).unsetIs("no bound"),
			timeArg("timeout", "Time since the start.").unsetIs("no bound"),
			timeArg("turn_timeout", "Time of one turn; a longer one fails.").unsetIs("no bound"),
			intArg("max_repeats", "The same text or tool call of the same agent in a row.").from(2).to(1000).unsetIs("off"),
		},
	}
}
