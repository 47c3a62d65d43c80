provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "moderated" "x" {
  participants = [agent.a, agent.b]
  rule         = "'a'" # ERROR AC6511 18-23: Not exactly one way to choose the speaker
  max_rounds   = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
