package specs

func agentSchema() *blockSchema {
	return &blockSchema{
		name: "agent", labels: []string{"name"},
		doc: "A participant that a model speaks for. It needs `provider` or `models`.",
		example: `agent "skeptic" {
  provider     = provider.fast
  personality  = "dry, precise"
  instructions = file("prompts/skeptic.md")
  max_tokens   = 300
}`,
		args: []argSchema{
			description(),
			refArg("provider", "Who answers for it.", "provider"),
			refsArg("models", "A chain of providers instead: the first answers, the next ones when it cannot.", "provider"),
			strArg("model", "Another model of the first provider.").unsetIs("the provider's").filled(),
			strArg("name", "The name that is shown.").unsetIs("the block's name").filled(),
			strArg("personality", "How it speaks."),
			strArg("instructions", "What it does: its part of the system prompt."),
			listArg("capabilities", "What it can do, for choosing it and for people."),
			listArg("interaction_modes", "The sessions it is meant for.").among("human_to_agent", "agent_to_agent").unsetIs("both"),
			floatArg("temperature", "How freely the model chooses words.").from(0).to(2).unsetIs("the vendor's"),
			floatArg("top_p", "The share of probability that words are chosen from.").from(0).to(1).unsetIs("the vendor's"),
			intArg("seed", "Makes answers repeatable, where the vendor can.").from(-maxCount).to(maxCount),
			intArg("max_tokens", "The cap of one answer; a bound on cost needs it.").counted().unsetIs("the vendor's"),
			listArg("stop_sequences", "Texts at which an answer ends."),
			refsArg("tools", "What it may call.", "tool"),
			intArg("max_tool_calls", "Tool calls in one turn.").from(0).to(1000).initially(8),
			strArg("sees", "Which messages reach its prompt: all; its own and those that made it speak; or those and the ones that name it.").
				among("all", "own", "addressed").initially("all"),
			typedArg("metadata", typeObject, "Anything, for whoever reads the events."),
		},
		blocks: []*blockSchema{
			outputSchema(), memorySchema(),
			{
				name: "limits", once: true,
				doc: "Bounds for the agent. Over a token limit it cools down: its turn waits, nothing is dropped.",
				args: []argSchema{
					intArg("tokens_per_minute", "Tokens in a minute.").counted().unsetIs("no bound"),
					intArg("tokens_per_hour", "Tokens in an hour.").counted().unsetIs("no bound"),
					intArg("max_turns", "Turns in a session.").counted().unsetIs("no bound"),
				},
			},
		},
	}
}

func outputSchema() *blockSchema {
	return &blockSchema{
		name: "output", once: true,
		doc: "The form of a structured answer. Conditions read it as `data.<agent>.<field>`.",
		example: `agent "judge" {
  provider = provider.fast
  output {
    type = object({ winner = string, score = optional(number) })
  }
}`,
		args: []argSchema{
			typedArg("type", typeConstraint, "The form as a type."),
			strArg("schema", "The form as a JSON schema, mostly `file(\"answer.json\")`."),
		},
	}
}

func memorySchema() *blockSchema {
	return &blockSchema{
		name: "memory", once: true,
		doc: "Bounds the part of the conversation that reaches the prompt. The tighter of `messages` and `tokens` counts.",
		args: []argSchema{
			strArg("keep", "Everything, or the last messages.").among("all", "last").unsetIs("`\"last\"` with a bound, else `\"all\"`"),
			intArg("messages", "How many messages.").counted().unsetIs("no bound"),
			intArg("tokens", "How many tokens.").counted().unsetIs("no bound"),
			refArg("summarize", "Sums up what falls out.", "provider"),
		},
	}
}

func humanSchema() *blockSchema {
	return &blockSchema{
		name: "human", labels: []string{"name"},
		doc:     "A person as participant of any pattern.",
		example: "human \"editor\" {\n  prompt     = \"Approve the draft, or say what to change.\"\n  timeout    = \"10m\"\n  on_timeout = \"skip\"\n}",
		args: []argSchema{
			description(),
			timeArg("timeout", "How long the turn waits for the person.").unsetIs("no bound"),
			strArg("on_timeout", "What happens then: the turn is skipped, or the session stops.").among("skip", "stop").initially("skip"),
			strArg("prompt", "What the person is asked."),
		},
	}
}

func toolSchema() *blockSchema {
	return &blockSchema{
		name: "tool", labels: []string{"name"},
		doc: "Something that agents may call: a server of the Model Context Protocol, a web service, an expression, or a tool that the " +
			"engine itself has. Exactly one of the blocks `mcp`, `http` and `expr` and the argument `builtin`.",
		example: `tool "weather" {
  description = "Current weather of a city"
  input {
    type = object({ city = string })
  }
  http {
    method = "GET"
    url    = "https://weather.example/v1/{city}"
  }
}`,
		args: []argSchema{
			strArg("description", "What it does; models read it to decide when to call it. A built-in tool describes itself."),
			strArg("builtin", "A tool of the engine: `find_agents` lists the agents of the session and what they can do, all or those with a "+
				"capability; `ask_agent` puts a question to one of them, whose answer is the result and no message of the conversation.").among(BuiltinFindAgents, BuiltinAskAgent),
			timeArg("timeout", "The time for a call.").initially("30s"),
			strArg("approval", "Whether a person must allow each call.").among("never", "always").initially("never"),
			boolArg("idempotent", "Whether a call may be repeated after a crash.").initially(false),
			intArg("max_result", "The longest result in bytes; the rest is cut off.").from(1).to(maxToolResult).initially(64 << 10),
		},
		blocks: []*blockSchema{
			{
				name: "input", once: true,
				doc:  "What the tool takes, for `http` and `expr`.",
				args: []argSchema{typedArg("type", typeConstraint, "An object type; its fields are the tool's inputs.").must()},
			},
			{
				name: "mcp", once: true,
				doc: "A server of the Model Context Protocol, started by `command` or reached by `url` when an agent first uses it. Agents see its " +
					"tools by names that begin with the block's: `files__read` is `read` of `tool \"files\"`. All sessions share it, and it ends " +
					"with the last of them.",
				args: []argSchema{
					listArg("command", "The program and its arguments.").filled(),
					strArg("url", "The server's address.").filled(),
					listArg("allow", "The server's tools that may be called.").unsetIs("all"),
					typedArg("env", typeSecretMap, "Environment variables of the program, which gets few others: none that hold a vendor's key."),
					typedArg("headers", typeSecretMap, "Headers of each request to the address; they may be secrets."),
				},
			},
			{
				name: "http", once: true,
				doc: "A request. `{name}` in `url`, `query`, `headers` and `body` stands for an input; inputs used nowhere become the JSON body.",
				args: []argSchema{
					strArg("method", "The method.").among("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD").initially("GET"),
					strArg("url", "The address.").must().filled(),
					typedArg("headers", typeSecretMap, "Headers; they may be secrets."),
					typedArg("query", typeStringMap, "Parameters of the query."),
					strArg("body", "The body."),
				},
			},
			{
				name: "expr", once: true,
				doc:  "A computation over the inputs.",
				args: []argSchema{typedArg("result", typeResult, "The expression; the input's fields are its names: `\"price * count\"`.").must()},
			},
		},
	}
}

// maxToolResult is the most that a tool may put into a conversation, in bytes.
const maxToolResult = 1 << 20
