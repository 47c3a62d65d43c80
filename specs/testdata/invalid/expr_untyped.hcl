provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "last.data.done" # ERROR AC5015 11-25: Condition may not be a bool
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
