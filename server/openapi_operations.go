package server

func tags() []any {
	var list []any
	for _, t := range [][2]string{
		{"auth", "Tokens."},
		{"sessions", "Conversations."},
		{"agents", "Who takes part."},
		{"templates", "What sessions are made from."},
		{"sockets", "Live frames."},
		{"openai", "Templates as models."},
		{"system", "The server itself."},
	} {
		list = append(list, tree{"name": t[0], "description": t[1]})
	}
	return list
}

func jsonOf(schema string) []media { return []media{{"application/json", schema}} }

func ok(text, schema string) []answer { return []answer{{200, text, jsonOf(schema)}} }

func query(name, text string, schema tree) parameter { return parameter{"query", name, text, schema} }

func pages(most int) []parameter {
	return []parameter{
		query("limit", "How many on a page.", tree{"type": "integer", "minimum": 1, "maximum": most}),
		query("cursor", "The next_cursor of the answer before.", tree{"type": "string"}),
	}
}

func idempotency() parameter {
	return parameter{"header", "Idempotency-Key", "A repeat within 24 hours returns the first answer.", tree{"type": "string", "maxLength": maxIdempotencyKey}}
}

func following() []parameter {
	return []parameter{
		query("after", "Begin behind this seq.", tree{"type": "integer", "minimum": 0, "default": 0}),
		query("detail", "How much to show.", tree{"type": "string", "enum": []any{"messages", "turns", "deltas"}, "default": "messages"}),
	}
}

// operations are the routes of the contract in words. A test sees that they
// are those of the server.
func operations() []operation {
	var all []operation
	for _, area := range [][]operation{
		authOperations(), sessionOperations(), agentOperations(), templateOperations(), socketOperations(), openaiOperations(), systemOperations(),
	} {
		all = append(all, area...)
	}
	return all
}

func authOperations() []operation {
	return []operation{
		{
			route: "POST /auth/login", id: "login", tag: "auth", summary: "Log in with a password",
			text:    "The answer is the same, in the same time, for unknown users, wrong passwords and disabled users.",
			body:    []media{{"application/x-www-form-urlencoded", "LoginForm"}, {"multipart/form-data", "LoginForm"}},
			answers: ok("A token.", "Token"), fails: []int{401, 503},
		},
		{
			route: "POST /auth/verify", id: "verify", tag: "auth", summary: "Check a token",
			text: "422 says that the bearer value is no JWT at all.", answers: ok("The token is valid.", "Verified"), fails: []int{422},
		},
	}
}

func sessionOperations() []operation {
	const one = "/chat/sessions/{session_id}"
	steer := func(verb, summary string) operation {
		return operation{
			route: "POST " + one + "/" + verb, id: verb + "Session", tag: "sessions", summary: summary,
			text: "Repeating it is harmless.", answers: ok("The session as it is now.", "Session"), fails: []int{409},
		}
	}
	return []operation{
		{
			route: "POST /chat/sessions/create", id: "createSession", tag: "sessions", summary: "Create a session",
			text:   "From a template, or from the request alone. A person may have so many live sessions; ended ones free their place at once.",
			params: []parameter{idempotency()}, body: jsonOf("CreateSession"), answers: ok("The new session.", "Session"), fails: []int{409},
		},
		{
			route: "GET /chat/sessions", id: "listSessions", tag: "sessions", summary: "List one's own sessions",
			params: append([]parameter{
				query("status", "", ref("schemas", "SessionStatus")), query("template", "", tree{"type": "string"}),
			}, pages(maxPage)...),
			answers: ok("A page of sessions, newest first.", "SessionList"),
		},
		{
			route: "GET " + one, id: "getSession", tag: "sessions", summary: "Look at a session",
			answers: ok("The session as it is now.", "Session"),
		},
		{
			route: "DELETE " + one, id: "deleteSession", tag: "sessions", summary: "Delete a session",
			text:    "Stops it if it lives, closes its sockets, and removes its log after the retention time.",
			params:  []parameter{{"header", "Prefer", "return=representation asks for an answer with a body.", tree{"type": "string"}}},
			answers: []answer{{200, "It is deleted, with a body as preferred.", jsonOf("Deleted")}, {204, "It is deleted.", nil}},
		},
		{
			route: "GET " + one + "/messages", id: "listMessages", tag: "sessions", summary: "Read the frames of a session",
			params:  append(following(), query("limit", "How many at most.", tree{"type": "integer", "minimum": 1, "maximum": maxPageFrames})),
			answers: ok("What a socket would have shown.", "MessageList"), fails: []int{409},
		},
		{
			route: "POST " + one + "/messages", id: "postMessage", tag: "sessions", summary: "Say something",
			params: []parameter{idempotency()}, body: jsonOf("PostMessage"),
			answers: []answer{{202, "It is stored.", jsonOf("MessageAccepted")}}, fails: []int{409},
		},
		{
			route: "POST " + one + "/fork", id: "forkSession", tag: "sessions", summary: "Copy a session and go on with the copy",
			text: "The copy has the events up to a seq, takes what is given to be other, and goes on; the original stays as it is. " +
				"It counts like a session that is created.",
			params: []parameter{idempotency()}, body: jsonOf("ForkSession"), answers: ok("The copy.", "Session"), fails: []int{409, 503},
		},
		steer("pause", "Start nothing new"),
		steer("resume", "Go on after a pause"),
		steer("stop", "End a session"),
		{
			route: "POST " + one + "/approvals", id: "decideApproval", tag: "sessions", summary: "Allow a tool call, or do not",
			text: "Of a tool with approval = always, which a system frame with metadata.event approval has told of. " +
				"404 when no call of this call_id waits, or not any more.",
			body: jsonOf("Approval"), answers: ok("The session as it is now.", "Session"), fails: []int{409},
		},
	}
}

func agentOperations() []operation {
	return []operation{
		{
			route: "GET /agents/list", id: "listAgents", tag: "agents", summary: "List one's own agents",
			text: "An admin sees everybody's.",
			params: append([]parameter{
				query("capability", "Those that have it.", tree{"type": "string"}), query("status", "", ref("schemas", "AgentState")),
			}, pages(maxPage)...),
			answers: ok("A page of agents, oldest first.", "AgentList"),
		},
		{
			route: "GET /agents/status/{agent_id}", id: "agentStatus", tag: "agents", summary: "Look at an agent",
			text: "A person answers by the id user_<name>.", answers: ok("The agent as it is now.", "AgentStatus"),
		},
		{
			route: "POST /agents/register", id: "registerAgent", tag: "agents", summary: "Make an agent that is in no session",
			body: jsonOf("AgentConfig"), answers: ok("The new agent.", "AgentRegistered"),
		},
		{
			route: "POST /agents/{agent_id}/message", id: "messageAgent", tag: "agents", summary: "Let an agent write to another",
			text: "In the session that both are in, else in a direct session of the two (template direct), which is opened, or used again.",
			body: jsonOf("AgentMessage"), answers: ok("The message is stored; the receiver answers in the session.", "AgentMessageSent"), fails: []int{409},
		},
		{
			route: "GET /agents/{agent_id}/capabilities", id: "agentCapabilities", tag: "agents", summary: "What an agent can do",
			answers: ok("Its capabilities.", "AgentCapabilities"),
		},
		{
			route: "DELETE /agents/{agent_id}", id: "unregisterAgent", tag: "agents", summary: "Forget an agent",
			text: "409 while the agent is a part of a live session.", answers: ok("It is forgotten.", "AgentUnregistered"), fails: []int{409},
		},
	}
}

func templateOperations() []operation {
	return []operation{
		{
			route: "GET /templates", id: "listTemplates", tag: "templates", summary: "List the templates",
			answers: ok("All templates.", "TemplateList"),
		},
		{
			route: "GET /templates/{name}", id: "getTemplate", tag: "templates", summary: "Look at a template",
			answers: ok("The template.", "Template"),
		},
		{
			route: "GET /chat/providers", id: "listProviders", tag: "templates", summary: "List the providers for requests without a template",
			answers: ok("The providers, usable ones first.", "Providers"),
		},
	}
}

func socketOperations() []operation {
	socket := func(path, id string) operation {
		return operation{
			route: "GET " + path, id: id, tag: "sockets", summary: "Talk in a session over WebSocket",
			text: "The handshake is accepted and what is wrong is told by the code of the close. The token is a query parameter, " +
				"an Authorization header, or the subprotocol bearer.<jwt> beside agentconnect.v1. Frames: see /asyncapi.json.",
			params:  append(following(), query("token", "A token, when there is no other way to send it.", tree{"type": "string"})),
			answers: []answer{{101, "From here on frames are exchanged.", nil}}, fails: []int{400, 403, 426, 429},
		}
	}
	return []operation{
		socket("/ws/{session_id}", "socket"),
		socket("/chat/ws/{session_id}", "chatSocket"),
		{
			route: "GET /chat/sessions/{session_id}/events", id: "followSession", tag: "sockets", summary: "Follow a session by server-sent events",
			text: "The id of an event is the seq of its frame.",
			params: append(following(), parameter{
				"header", "Last-Event-ID", "Begin behind this seq; it is stronger than after.", tree{"type": "integer", "minimum": 0},
			}),
			answers: []answer{
				{200, "Frames, each as the data of an event.", []media{{"text/event-stream", ""}}},
				{204, "The session has ended and there is nothing more to come.", nil},
			},
			fails: []int{503},
		},
	}
}

func openaiOperations() []operation {
	return []operation{
		{
			route: "GET /v1/models", id: "listModels", tag: "openai", summary: "List the human_agent templates as models",
			answers: ok("The models.", "ModelList"),
		},
		{
			route: "POST /v1/chat/completions", id: "complete", tag: "openai", summary: "Let a template answer a conversation",
			text: "A session answers and ends with its answer. Words of several agents are parted by an empty line.",
			body: jsonOf("CompletionRequest"),
			answers: []answer{{200, "The answer; with stream, as it is made.", []media{
				{"application/json", "Completion"}, {"text/event-stream", "CompletionChunk"},
			}}},
			fails: []int{404, 409},
		},
	}
}

func systemOperations() []operation {
	return []operation{
		{
			route: "GET /", id: "landing", tag: "system", summary: "Say that the server is there",
			answers: []answer{{200, "It is.", jsonOf("Health")}, {302, "A browser is sent to a page for people.", nil}},
		},
		{route: "GET /healthz", id: "healthz", tag: "system", summary: "Is the process alive", answers: ok("It is.", "Health")},
		{
			route: "GET /readyz", id: "readyz", tag: "system", summary: "Does the server take new work",
			answers: ok("It does.", "Health"), fails: []int{503},
		},
		{
			route: "GET /metrics", id: "metrics", tag: "system", summary: "Figures for Prometheus",
			text: "Answers the server's own machine only, unless everybody may see them.", fails: []int{403},
			answers: []answer{{200, "The figures.", []media{{"text/plain", ""}}}},
		},
		{
			route: "GET /openapi.json", id: "openapi", tag: "system", summary: "This description",
			answers: []answer{{200, "OpenAPI 3.1.", []media{{"application/json", ""}}}},
		},
		{
			route: "GET /asyncapi.json", id: "asyncapi", tag: "system", summary: "The description of the sockets",
			answers: []answer{{200, "AsyncAPI 3.0.", []media{{"application/json", ""}}}},
		},
		{
			route: "GET /docs", id: "docs", tag: "system", summary: "This description, for people",
			answers: []answer{{200, "A page.", []media{{"text/html", ""}}}},
		},
		{
			route: "GET /console/", id: "console", tag: "system", summary: "Where people begin",
			answers: []answer{{302, "A browser is sent to the description.", nil}},
		},
	}
}
