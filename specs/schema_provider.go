package specs

func providerSchema() *blockSchema {
	return &blockSchema{
		name: "provider", labels: []string{"kind", "name"},
		kinds: []kindDoc{
			{"openai", "OpenAI"},
			{"anthropic", "Anthropic"},
			{"google", "Google Gemini"},
			{"groq", "Groq"},
			{"mistral", "Mistral"},
			{"xai", "xAI"},
			{"deepseek", "DeepSeek"},
			{"openrouter", "OpenRouter"},
			{"ollama", "Ollama, on this machine by default"},
			{"openai_compatible", "any service that speaks OpenAI's dialect: it needs `base_url` and `model`"},
			{"scripted", "answers that the scenario itself declares: no key, no network"},
		},
		doc:     "A source of models.",
		example: "provider \"groq\" \"fast\" {\n  model = \"llama-3.3-70b-versatile\"\n  limits {\n    requests_per_minute = 30\n  }\n}",
		args: []argSchema{
			description(),
			strArg("model", "The model that answers when an agent does not name one.").unsetIs("the kind's default").filled(),
			typedArg("api_key", typeSecret, "The key. It is a secret: it cannot be put in a prompt.").
				unsetIs("the vendor's environment variable, or its `*_FILE` form"),
			strArg("base_url", "Where the service is.").unsetIs("the vendor's address").filled(),
			typedArg("headers", typeSecretMap, "Further headers of each request; `bearer(env(\"X\"))` makes a secret one."),
			timeArg("timeout", "The time for a whole call.").unsetIs(`"60s"`),
			timeArg("first_token_timeout", "The time until the answer begins.").unsetIs("no bound"),
			boolArg("strict", "Fails a call when no reply is left. Otherwise a short answer is composed from the agent's instructions.").
				initially(false).onlyFor("scripted"),
		},
		blocks: []*blockSchema{
			{
				name: "retry", once: true,
				doc: "How calls are repeated after errors that may pass.",
				args: []argSchema{
					intArg("attempts", "How often a call is tried in all.").from(1).to(20).unsetIs("3"),
					timeArg("min_backoff", "The wait before the second attempt; it doubles from then on.").unsetIs(`"1s"`),
					timeArg("max_backoff", "The longest wait.").unsetIs(`"30s"`),
				},
			},
			{
				name: "limits", once: true,
				doc: "What all sessions together may ask of the provider. Calls beyond it wait.",
				args: []argSchema{
					intArg("requests_per_minute", "Calls in a minute.").counted().unsetIs("no bound"),
					intArg("tokens_per_minute", "Tokens in a minute, input and output.").counted().unsetIs("no bound"),
					intArg("concurrency", "Calls at the same time.").counted().unsetIs("no bound"),
				},
			},
			{
				name: "price", once: true,
				doc: "What a million tokens cost in USD, over the built-in dated table.",
				args: []argSchema{
					floatArg("input", "Tokens that are read.").from(0).must(),
					floatArg("cached_input", "Tokens that are read from the vendor's cache.").from(0).unsetIs("as `input`"),
					floatArg("output", "Tokens that are written.").from(0).must(),
				},
			},
			replySchema(), failSchema(),
		},
	}
}

func replySchema() *blockSchema {
	return &blockSchema{
		name: "reply", only: []string{"scripted"},
		doc: "An answer. For each call the first matching reply with `when` answers, again and again unless `times` says otherwise; else the " +
			"next unused reply without one, in order. Each session walks its own script.",
		example: `provider "scripted" "demo" {
  reply {
    when    = "input contains 'weather'"
    content = "It rains."
  }
  reply {
    agent = agent.judge
    data  = { winner = "optimist", score = 8 }
  }
}`,
		args: []argSchema{
			strArg("content", "The text."),
			typedArg("data", typeAny, "A structured answer."),
			timeArg("delay", "How long the answer takes.").from(0),
			refArg("agent", "Only this agent gets the reply.", "agent"),
			condArg("when", "Only when this is true. Besides the session's names there are `agent`, `input` and `call`."),
			intArg("times", "How often the reply may be used.").counted().unsetIs("once without `when`, always with it"),
			strArg("fail", "The call fails in this way instead, in its turn among the replies; `cut` breaks off in the middle of the text.").among(failKinds()...),
		},
		blocks: []*blockSchema{
			{
				name: "tool_call",
				doc:  "A tool that the answer calls. There may be several.",
				args: []argSchema{
					strArg("name", "The tool, also a generated one such as `transfer_to_billing`.").must().filled(),
					typedArg("arguments", typeObject, "What it is called with.").unsetIs("{}"),
				},
			},
			{
				name: "usage", once: true,
				doc: "What the answer costs.",
				args: []argSchema{
					intArg("input_tokens", "Tokens that were read.").from(0).to(maxCount).unsetIs("estimated"),
					intArg("output_tokens", "Tokens that were written.").from(0).to(maxCount).unsetIs("estimated"),
				},
			},
		},
	}
}

// failKinds are the ways in which a script makes a call fail.
func failKinds() []string { return []string{"rate_limit", "overloaded", "cut", "refusal"} }

func failSchema() *blockSchema {
	return &blockSchema{
		name: "fail", only: []string{"scripted"},
		doc: "Makes a call fail: the one with the number `call`, or those for which `when` is true.",
		args: []argSchema{
			intArg("call", "The number of the provider's call in the session, from 1.").counted(),
			condArg("when", "Which calls fail, in the names that `reply` has."),
			strArg("kind", "How: the vendor asks to wait, is overloaded, breaks off, or refuses.").
				among(failKinds()...).initially("overloaded"),
			timeArg("retry_after", "The wait that the vendor asks for.").from(0),
			intArg("times", "How often it fails.").counted().unsetIs("once with `call`, always with `when`"),
		},
		blocks: []*blockSchema{{
			name: "usage", once: true,
			doc: "What the call has used although it failed. Without it that is nothing, or what was read and said before it broke off.",
			args: []argSchema{
				intArg("input_tokens", "Tokens that were read.").from(0).to(maxCount).initially(0),
				intArg("output_tokens", "Tokens that were written.").from(0).to(maxCount).initially(0),
			},
		}},
	}
}
