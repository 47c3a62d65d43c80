provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "turns + 1" # ERROR AC5005 11-20: Wrong kind of result
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
