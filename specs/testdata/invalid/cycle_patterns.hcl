provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "sequential" "x" {
  participants = [agent.a, pattern.y] # ERROR AC3102 28-37: Cycle of patterns
}
pattern "sequential" "y" {
  participants = [agent.b, pattern.x]
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
