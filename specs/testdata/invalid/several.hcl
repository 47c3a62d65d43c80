provider "scripted" "p" {
  modl = "x" # ?
}
agent "a" {
  provider   = provider.q # ?
  max_tokens = "x" # ?
}
agent "b" { provider = provider.p }
pattern "round_robin" "r" { # ERROR AC7001: Session might never end
  participants = [agent.b, agent.b] # ERROR: Listed twice
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
}
