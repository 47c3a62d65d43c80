provider "scripted" "p" {
  modl = "x" # ERROR AC2102 3-7: Unknown argument
}
agent "a" {
  provider   = provider.q # ERROR AC3001 16-26: Unknown reference
  max_tokens = "x" # ERROR AC4002 16-19: Wrong type
}
agent "b" { provider = provider.p }
pattern "round_robin" "r" {
  participants = [agent.b, agent.b] # ERROR: Listed twice
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
}
