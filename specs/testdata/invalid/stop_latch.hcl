provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "one" { when = "turns > 1" }
stop "x" {
  any   = [stop.one]
  latch = true # WARNING AC6606 11-15: Latch without effect
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
