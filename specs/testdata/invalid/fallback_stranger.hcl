provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
agent "c" { provider = provider.p }

pattern "selector" "x" {
  participants = [agent.a, agent.b]
  chair        = agent.c
  fallback     = agent.c # ERROR AC6507 18-25: Not a participant
  max_rounds   = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
