provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "turns >" # ERROR AC5001 17-18: Invalid expression
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
