provider "scripted" "p" {}

agent "a" {
  description  = "Speaks."
  provider     = provider.p
  instructions = "Speak. Say ENOUGH when it is enough."
  max_tokens   = 300
}

agent "b" {
  description  = "Answers."
  provider     = provider.p
  instructions = "Answer."
  max_tokens   = 300
}

agent "few" {
  description  = "Says three things."
  provider     = provider.p
  instructions = "Be brief."
  max_tokens   = 300
  limits { max_turns = 3 }
}

pattern "round_robin" "endless" { participants = [agent.a, agent.b] }
pattern "handoff" "desk" { participants = [agent.a, agent.b] }
pattern "handoff" "back" {
  participants = [agent.a, agent.b]
  after_turn   = "return"
}

pattern "random" "bounded" {
  participants = [agent.a, agent.b]
  max_turns    = 5
}

pattern "round_robin" "left_out" { participants = [agent.few] }

stop "enough" { when = "last.content contains 'ENOUGH'" }

session "endless" { # LINT only-exhausted
  description = "Goes round."
  type        = "agent_agent"
  pattern     = pattern.endless
  opening     = "Begin."
  limits {
    max_turns  = 6
    max_tokens = 10000
  }
}

session "desk" { # LINT only-exhausted
  description = "Who has the floor keeps it."
  type        = "agent_agent"
  pattern     = pattern.desk
  opening     = "Begin."
  limits {
    max_turns  = 6
    max_tokens = 10000
  }
}

session "back" {
  description = "Gives the floor back."
  type        = "agent_agent"
  pattern     = pattern.back
  opening     = "Begin."
  limits {
    max_turns  = 6
    max_tokens = 10000
  }
}

session "stopped" {
  description = "Has a stop."
  type        = "agent_agent"
  pattern     = pattern.endless
  opening     = "Begin."
  stop        = [stop.enough]
  limits {
    max_turns  = 6
    max_tokens = 10000
  }
}

session "bounded" {
  description = "Has a bound."
  type        = "agent_agent"
  pattern     = pattern.bounded
  opening     = "Begin."
  limits { max_tokens = 10000 }
}

session "left_out" {
  description = "Runs out of turns."
  type        = "agent_agent"
  pattern     = pattern.left_out
  opening     = "Begin."
  limits {
    max_turns  = 6
    max_tokens = 10000
  }
}
