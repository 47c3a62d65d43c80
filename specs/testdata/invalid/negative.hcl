provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = -1 # ERROR AC4004 18-20: Value is out of range
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
}
