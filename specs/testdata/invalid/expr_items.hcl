provider "scripted" "p" {}
agent "a" { provider = provider.p }

pattern "map" "m" {
  participants = [agent.a]
  items        = "turns" # ?
  max_items    = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.m
}
