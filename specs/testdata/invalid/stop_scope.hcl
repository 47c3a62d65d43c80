provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
}

pattern "round_robin" "other" {
  participants = [agent.a, agent.b]
  max_rounds   = 1
}
stop "x" {
  when  = "here.turns > 1"
  scope = pattern.other
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.r
  stop    = [stop.x] # ERROR AC6603 13-21: Scope outside of the session
}
