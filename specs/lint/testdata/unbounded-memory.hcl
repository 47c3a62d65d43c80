provider "scripted" "p" {}

agent "all" { # LINT unbounded-memory
  provider     = provider.p
  instructions = "Remember everything."
  max_tokens   = 300
}

agent "some" {
  provider     = provider.p
  instructions = "Remember a little."
  max_tokens   = 300
  memory { messages = 20 }
}

agent "own" {
  provider     = provider.p
  instructions = "Mind your own business."
  sees         = "own"
  max_tokens   = 300
}

agent "short" {
  provider     = provider.p
  instructions = "Be quick."
  max_tokens   = 300
}

pattern "round_robin" "long" {
  participants = [agent.all, agent.some, agent.own]
  max_rounds   = 20
}

session "long" {
  description = "A long talk."
  type        = "agent_agent"
  pattern     = pattern.long
  opening     = "Begin."
  limits { max_tokens = 100000 }
}

session "short" {
  description = "A short one."
  agent       = agent.short
  limits {
    max_turns  = 5
    max_tokens = 10000
  }
}
