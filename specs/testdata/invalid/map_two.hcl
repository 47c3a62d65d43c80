provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "map" "m" {
  participants = [agent.a, agent.b] # ERROR AC6502 18-36: Too many participants
  items        = "messages"
  max_items    = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.m
}
