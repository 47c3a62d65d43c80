provider "scripted" "p" {}

tool "find" { builtin = "find_agents" }

agent "boss" {
  provider     = provider.p
  instructions = "Ask who can do it."
  tools        = [tool.find]
  max_tokens   = 300
}

agent "cook" {
  provider     = provider.p
  instructions = "Cook."
  capabilities = ["cooking"]
  max_tokens   = 300
}

agent "mute" { # LINT missing-capabilities
  provider     = provider.p
  instructions = "Wait."
  max_tokens   = 300
}

pattern "sequential" "day" { participants = [agent.boss, agent.cook, agent.mute] }

agent "elsewhere" {
  provider     = provider.p
  instructions = "Stay."
  max_tokens   = 300
}

session "s" {
  description = "With a search."
  type        = "agent_agent"
  pattern     = pattern.day
  opening     = "Begin."
  limits { max_tokens = 10000 }
}

session "t" {
  description = "Without one."
  agent       = agent.elsewhere
  limits {
    max_turns  = 5
    max_tokens = 10000
  }
}
