provider "scripted" "p" {}
agent "a" {
  provider = agent.b # ERROR AC3002 14-21: Wrong kind of reference
}
agent "b" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
}
