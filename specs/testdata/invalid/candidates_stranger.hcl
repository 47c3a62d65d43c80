provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
agent "c" { provider = provider.p }

pattern "selector" "x" {
  participants = [agent.a, agent.b]
  candidates   = [agent.a, agent.c] # ERROR AC6507 28-35: Not a participant
  chair        = agent.b
  max_rounds   = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
