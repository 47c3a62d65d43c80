provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" { # ERROR AC6601: Not exactly one condition
  when   = "turns > 1"
  repeat = "content"
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
