provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "selector" "x" { # ERROR AC6511 1-23: Not exactly one way to choose the speaker
  participants = [agent.a, agent.b]
  max_rounds   = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
