# BOUND both: 7 turns, 63 calls
provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
agent "c" { provider = provider.p }
agent "chair" { provider = provider.p }

pattern "parallel" "panel" {
  participants = [agent.a, agent.b, agent.c]
  join         = 2
  aggregate    = agent.chair
  concurrency  = 2
}

pattern "parallel" "race" {
  participants = [agent.a, agent.b]
  join         = "first"
}

pattern "parallel" "everybody" {
  participants = [agent.a, pattern.race]
  join         = "all"
}

pattern "sequential" "both" {
  participants = [pattern.panel, pattern.everybody]
}

session "both" {
  type    = "agent_agent"
  pattern = pattern.both
}
