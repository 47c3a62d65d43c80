provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when     = "turns > 3"
  criteria = "Good" # ERROR AC6601 14-20: Not exactly one condition
  times    = 2 # ERROR AC6601 14-15: Not exactly one condition
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
