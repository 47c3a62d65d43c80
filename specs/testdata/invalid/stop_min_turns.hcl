provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when      = "last.content == 'x'"
  min_turns = 30 # WARNING AC6605 15-17: Condition is never true
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x, stop.x] # ERROR AC6001: Listed twice
  limits { max_turns = 20 }
}
