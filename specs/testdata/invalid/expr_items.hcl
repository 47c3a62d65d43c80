provider "scripted" "p" {}
agent "a" { provider = provider.p }

pattern "map" "m" {
  participants = [agent.a]
  items        = "turns" # ERROR AC5005 19-24: Wrong kind of result
  max_items    = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.m
}
