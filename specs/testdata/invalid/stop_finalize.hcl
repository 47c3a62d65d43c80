provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when   = "turns > 1"
  action = "finalize"
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x] # ERROR AC6604 11-19: Nothing to finalize with
}
