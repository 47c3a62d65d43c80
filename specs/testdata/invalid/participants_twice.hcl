provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [agent.a, agent.b, agent.a] # ERROR AC6001 37-44: Listed twice
  max_rounds   = 2
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
}
