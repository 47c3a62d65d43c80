provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "sequential" "x" {
  participants = [agent.a, agent.b, pattern.x] # ERROR AC3102 37-46: Cycle of patterns
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
