provider "scripted" "p" {}

agent "a" {
  provider     = provider.p
  instructions = "Speak as a."
  max_tokens   = 300
  memory { messages = 20 }
}

pattern "round_robin" "talk" {
  participants = [agent.a]
  max_rounds   = 3
}

session "none" { # LINT no-budget
  description = "Without."
  type        = "agent_agent"
  pattern     = pattern.talk
  opening     = "Begin."
  limits { max_turns = 3 }
}

session "open" { # LINT no-budget
  description = "Goes on and on."
  agent       = agent.a
  open_ended  = true
}

session "cost" {
  description = "Bounded by cost."
  type        = "agent_agent"
  pattern     = pattern.talk
  opening     = "Begin."
  limits { max_cost = 0.5 }
}
