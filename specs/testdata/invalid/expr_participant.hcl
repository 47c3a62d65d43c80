provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "agents['aa'].turns > 1" # ERROR AC5007 18-22: Unknown participant
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
