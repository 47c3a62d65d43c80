provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
  limits {
    max_turns = 3 # WARNING AC6703 17-18: Limit is never reached
  }
}
