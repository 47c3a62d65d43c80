provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" { # ERROR AC6601 1-9: Not exactly one condition
  outcome = "achieved"
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
