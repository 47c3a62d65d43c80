package engine_test

// smallCast is who takes part in the scenarios that are explored.
const smallCast = `
provider "scripted" "p" {
  price {
    input  = 3
    output = 15
  }
  retry { attempts = 1 }
}
agent "a" {
  provider   = provider.p
  max_tokens = 20
}
agent "b" {
  provider   = provider.p
  max_tokens = 20
}
agent "c" {
  provider   = provider.p
  max_tokens = 20
}
human "h" {
  timeout    = "1m"
  on_timeout = "skip"
}
stop "found" { when = "last.content == 'FOUND'" }
`

// small makes a scenario of patterns, of which x is the outermost.
func small(patterns, session string) string {
	return smallCast + patterns + "\nsession \"s\" {\n  pattern = pattern.x\n  opening = \"Begin.\"\n" + session + "\n}\n"
}

// smalls are small scenarios: one of each kind of pattern, and nested ones.
var smalls = []struct{ name, src string }{
	{"round_robin", small(`pattern "round_robin" "x" {
  participants = [agent.a, agent.b]
  max_rounds   = 1
}`, `stop = [stop.found]`)},
	{"round_robin skip", small(`pattern "round_robin" "x" {
  participants = [agent.a, agent.b]
  max_rounds   = 1
  on_error     = "skip"
}`, `limits { max_turns = 1 }
  finalize { agent = agent.c }`)},
	{"retry", small(`pattern "sequential" "x" { participants = [agent.r] }
provider "scripted" "r" {
  retry { attempts = 2 }
}
agent "r" {
  provider   = provider.r
  max_tokens = 20
}`, ``)},
	{"sequential person", small(`pattern "sequential" "x" { participants = [agent.a, human.h] }`, ``)},
	{"chat", small(`pattern "chat" "x" { participants = [agent.a] }`, `type = "human_agent"
  open_ended = true`)},
	{"sequential", small(`pattern "sequential" "x" { participants = [agent.a, agent.b] }`, ``)},
	{"parallel", small(`pattern "parallel" "x" { participants = [agent.a, agent.b] }`, ``)},
	{"parallel first", small(`pattern "parallel" "x" {
  participants = [agent.a, agent.b]
  join         = "first"
}`, ``)},
	{"loop", small(`pattern "loop" "x" {
  participants   = [agent.a]
  critic         = agent.b
  max_iterations = 1
  keep           = "best"
}`, ``)},
	{"selector", small(`pattern "selector" "x" {
  participants = [agent.a, agent.b]
  chair        = agent.c
  max_rounds   = 1
  attempts     = 1
}`, ``)},
	{"moderated", small(`pattern "moderated" "x" {
  participants = [agent.a, agent.b]
  chair        = agent.c
  max_rounds   = 1
  attempts     = 1
  fallback     = agent.a
}`, ``)},
	{"random", small(`pattern "random" "x" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
}`, ``)},
	{"graph", small(`pattern "graph" "x" {
  node "one" {
    run        = agent.a
    max_visits = 2
  }
  node "two" { run = agent.b }
  edge {
    from = "one"
    to   = "one"
    when = "last.content == 'again'"
  }
  edge {
    from = "one"
    to   = "two"
  }
}`, ``)},
	{"router", small(`pattern "router" "x" {
  participants = [agent.a, agent.b]
  classifier   = agent.c
  default      = agent.a
  route "left" {
    describe = "left"
    to       = agent.a
  }
  route "right" {
    describe = "right"
    to       = agent.b
  }
}`, ``)},
	{"debate", small(`pattern "debate" "x" {
  participants = [agent.a, agent.b]
  max_rounds   = 1
  judge        = agent.c
}`, ``)},
	{"vote", small(`pattern "vote" "x" {
  participants = [agent.a, agent.b]
  choices      = ["yes", "no"]
  tie          = "none"
}`, ``)},
	{"handoff", small(`pattern "handoff" "x" {
  participants = [agent.a, agent.b]
  after_turn   = "return"
  max_handoffs = 1
}`, ``)},
	{"handoff chat", small(`pattern "handoff" "x" {
  participants = [agent.a, agent.b]
  after_turn   = "user"
  max_handoffs = 1
}`, `type = "human_agent"
  open_ended = true`)},
	{"supervisor", small(`pattern "supervisor" "x" {
  participants    = [agent.b]
  manager         = agent.a
  max_delegations = 1
}`, ``)},
	{"map", small(`pattern "map" "x" {
  participants = [agent.a]
  items        = "['one', 'two']"
  max_items    = 2
}`, ``)},
	{"plan_execute", small(`pattern "plan_execute" "x" {
  participants = [agent.a]
  planner      = agent.b
  max_steps    = 1
  max_replans  = 0
}`, ``)},
	{"magentic", small(`pattern "magentic" "x" {
  participants = [agent.a]
  manager      = agent.b
  max_rounds   = 1
  max_resets   = 0
}`, ``)},
	{"blackboard", small(`pattern "blackboard" "x" {
  rule {
    run    = agent.a
    when   = "here.data.note == nil"
    writes = "note"
  }
  rule {
    run    = agent.b
    when   = "here.data.note == 'again'"
    writes = "note"
  }
  goal            = "here.data.note == 'ok'"
  max_activations = 2
}`, ``)},
	{"auction", small(`pattern "auction" "x" {
  participants = [agent.a]
  manager      = agent.b
  max_rounds   = 1
}`, ``)},
	{"tool and judge", small(`pattern "sequential" "x" { participants = [agent.t] }
tool "t" {
  description = "adds one"
  approval    = "always"
  input { type = object({ n = number }) }
  expr { result = "n + 1" }
}
agent "t" {
  provider       = provider.p
  max_tokens     = 20
  max_tool_calls = 1
  tools          = [tool.t]
}
stop "judged" {
  judge    = agent.c
  criteria = "It is right."
}`, `stop = [stop.judged]`)},
	{"questions", small(`pattern "sequential" "x" { participants = [agent.t] }
tool "ask" { builtin = "ask_agent" }
agent "t" {
  provider       = provider.p
  max_tokens     = 20
  max_tool_calls = 1
  tools          = [tool.ask]
}
stop "judged" {
  judge    = agent.c
  criteria = "It is right."
}`, `stop = [stop.judged]`)},
	{"budget", small(`pattern "parallel" "x" { participants = [agent.a, agent.b] }`, `limits { max_tokens = 300 }
  finalize { agent = agent.c }`)},
	{"pause", small(`pattern "round_robin" "x" {
  participants = [agent.a, human.h]
  max_rounds   = 1
}
stop "wait" {
  when   = "last.content == 'wait'"
  action = "pause"
}`, `stop = [stop.wait]`)},
	{"loop of sequential", small(`pattern "loop" "x" {
  participants   = [pattern.y]
  until          = "last.content == 'done'"
  max_iterations = 2
}
pattern "sequential" "y" { participants = [agent.a, agent.b] }`, `stop = [stop.found]`)},
	{"parallel in round_robin", small(`pattern "round_robin" "x" {
  participants = [pattern.y]
  max_rounds   = 1
  on_error     = "skip"
}
pattern "parallel" "y" { participants = [agent.a, agent.b] }`, ``)},
	{"vote in sequential", small(`pattern "sequential" "x" { participants = [agent.a, pattern.y] }
pattern "vote" "y" {
  participants = [agent.b]
  choices      = ["yes", "no"]
  tie          = "none"
}`, ``)},
}
