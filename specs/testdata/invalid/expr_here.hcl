provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "here.turns > 1" # ERROR AC5006 11-15: Name is not available here
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
