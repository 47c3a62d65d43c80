provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  tool = agent.a # ERROR AC3002 10-17: Wrong kind of reference
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
