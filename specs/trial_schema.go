package specs

// trialSchema describes test files: a block whose inner blocks are those at the
// top of such a file.
func trialSchema() *blockSchema {
	root := &blockSchema{
		args: []argSchema{
			strArg("scenario", "The file that is tested, below the test file's directory.").unsetIs("the directory of the test file").filled().constant(),
		},
		blocks: []*blockSchema{trialVariablesSchema(), mockSchema(), mockToolSchema(), runSchema()},
	}
	return root.prepare()
}

func trialVariablesSchema() *blockSchema {
	return &blockSchema{
		name: "variables", free: true,
		doc:     "Values for variables of the scenario, over those of the command line. Those in a `run` count there alone, over those at the top.",
		example: "variables {\n  motion = \"Cats are better than dogs\"\n}",
	}
}

func mockSchema() *blockSchema {
	reply, fail := replySchema(), failSchema()
	reply.only, reply.example, fail.only = nil, "", nil
	for i := range fail.args {
		if a := &fail.args[i]; a.name == "kind" {
			a.enum = append(a.enum, "timeout", "auth", "quota", "too_long", "bad_request")
			a.doc = "How: as a scripted provider fails, or in another way that vendors do."
		}
	}
	return &blockSchema{
		name: "mock", labels: []string{"name"},
		doc: "Answers in the place of a provider, which keeps its model and its price. Without a mock a provider of kind `scripted` " +
			"says what the scenario has, and a call to any other one fails the run. One in a `run` stands for the one at the top, and its replies without `when` must all be asked for. " +
			"Its blocks `reply` are those of a scripted provider.",
		example: "mock \"fast\" {\n  reply {\n    agent   = agent.critic\n    content = \"APPROVED\"\n  }\n}",
		args: []argSchema{
			boolArg("strict", "Fails a call when no reply is left. Otherwise a short answer is composed from the agent's instructions.").initially(true),
		},
		blocks: []*blockSchema{reply, fail},
	}
}

func mockToolSchema() *blockSchema {
	return &blockSchema{
		name: "mock_tool", labels: []string{"name"},
		doc: "An answer in the place of a tool that would leave the machine: `http` or `mcp`. There may be several for a tool: the first whose " +
			"`when` is true and that is not used up answers. Those in a `run` stand for those of the same tool at the top, and must be called.",
		example: "mock_tool \"weather\" {\n  when   = \"input.city == 'Oslo'\"\n  result = { degrees = -4 }\n}",
		args: []argSchema{
			typedArg("result", typeAny, "What the tool gives: a text, or any value, which becomes JSON."),
			strArg("fail", "The error that it gives instead.").filled(),
			condArg("when", "Only when this is true of `input`, the arguments of the call."),
			intArg("times", "How often it answers.").counted().unsetIs("no bound"),
			timeArg("delay", "How long the call takes.").from(0),
			strArg("tool", "Which tool of an MCP server is meant. Models see it as `block__tool`.").filled(),
		},
	}
}

func runSchema() *blockSchema {
	return &blockSchema{
		name: "run", labels: []string{"text"},
		doc: "A session that is run, or a scenario that is looked at, with what is expected of it. It needs `expect`, `assert`, `expect_error`, `replay` or `snapshot`, " +
			"since a run without them would test nothing; `command = \"validate\"` expects that there are no errors.",
		example: `run "the critic is content" {
  mock "fast" {
    reply { content = "A draft." }
    reply { content = "APPROVED" }
  }
  expect {
    outcome  = "achieved"
    speakers = [agent.writer, agent.critic]
  }
  assert "it was cheap" {
    condition = "usage.total_tokens < 5000 && turns == 2"
  }
}`,
		args: []argSchema{
			strArg("command", "What is done: run a session, plan it, or only load the scenario.").among("run", "plan", "validate").initially("run").constant(),
			typedArg("session", typeRefOrName, "The session, where the scenario has several.").referring("session"),
			intArg("seed", "What ids and random draws are made from.").from(0).to(maxCount).initially(1),
			strArg("opening", "What is said first, instead of the session's `opening`.").filled(),
			typedArg("say", typeAny, "What a person says: texts, or objects `{ text, at, from }`. Without `at`, a time since the start, a message is said when the session waits for a person; "+
				"`from` is a human's name. After the last one the person's side is closed."),
			boolArg("stay", "Whether persons are still there after the last message, and silent, so that what waits for them comes to its time-out.").initially(false),
			strArg("replay", "A recorded session, relative to the test file: it must come about again from what was said and answered in it.").filled().constant(),
			strArg("snapshot", "A file with the transcript, relative to the test file, that must stay the same. `agentconnect test -update` writes it, and nothing else does.").filled().constant(),
		},
		blocks: []*blockSchema{
			trialVariablesSchema(), mockSchema(), mockToolSchema(), approveSchema(), expectSchema(), assertSchema(), expectErrorSchema(),
		},
	}
}

func approveSchema() *blockSchema {
	return &blockSchema{
		name: "approve", labels: []string{"name"},
		doc: "What a person decides about calls of a tool with `approval = \"always\"`. Calls that no block is about are not allowed, as in `agentconnect run` without a terminal. A decision that nobody asks for fails the run.",
		args: []argSchema{
			boolArg("allow", "Whether the call is made.").initially(true),
			strArg("by", "Who decides.").initially("tester"),
			strArg("why", "What the model is told when it is not."),
			timeArg("after", "How long the decision takes.").from(0),
			intArg("times", "For how many calls it holds.").counted().unsetIs("all"),
		},
	}
}

func expectSchema() *blockSchema {
	return &blockSchema{
		name: "expect", once: true,
		doc: "What the end of the session must be. With `command = \"plan\"` the numbers are compared with the certificate.",
		args: []argSchema{
			strArg("outcome", "The outcome.").among("achieved", "exhausted", "blocked", "failed", "cancelled", "expired"),
			typedArg("stop", typeRefOrName, "What ended it: a stop, or a name such as `\"limits.max_turns\"`; `\"pattern\"` when that was done, `\"input\"` when the person's side was closed.").referring("stop"),
			typedArg("speakers", typeRefsOrNames, "Who spoke, in this order, the opening and the person's side aside.").referring("agent", "human"),
			intArg("turns", "How many turns it took.").from(0).to(maxCount),
			intArg("max_turns", "How many turns it took at most.").from(0).to(maxCount),
			intArg("max_calls", "How many calls it made at most.").from(0).to(maxCount),
			intArg("max_tokens", "How many tokens it took at most.").from(0).to(maxCount),
			floatArg("max_cost", "What it cost at most, in USD.").from(0),
			typedArg("result", typeAny, "What it came to."),
		},
	}
}

func assertSchema() *blockSchema {
	return &blockSchema{
		name: "assert", labels: []string{"text"},
		doc: "A condition that must be true at the end. Besides the names of stop conditions there are `events`, `speakers`, `stop`, `reason` and `result`; with `command = \"plan\"` there is `plan` alone, with `turns`, `calls`, `tokens`, `cost` and `seconds`.",
		args: []argSchema{
			condArg("condition", "What must be true.").must(),
		},
	}
}

func expectErrorSchema() *blockSchema {
	return &blockSchema{
		name: "expect_error",
		doc: "An error or a warning that must come: of the scenario, or, where it is run, a call, a turn, a tool or a session that fails. What is written must fit the same one. " +
			"An error of the scenario that no block expects fails the run, and so does a session that fails.",
		args: []argSchema{
			strArg("code", "Its code, such as `\"AC3001\"`; of calls and turns the kind of failure, such as `\"refusal\"` or `\"timeout\"`.").filled(),
			strArg("contains", "Words that are in it.").filled(),
			strArg("ref", "What it is about, such as `\"agent.writer\"`, `\"provider.fast\"` or `\"tool.weather\"`.").filled(),
		},
	}
}

func (a argSchema) referring(kinds ...string) argSchema { a.refs = kinds; return a }
