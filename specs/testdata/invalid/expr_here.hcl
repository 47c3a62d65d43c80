provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "here.turns > 1" # ?
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
