provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "one" { when = "turns > 1" }
stop "two" { when = "turns > 2" }
stop "x" {
  at_least = 3 # ERROR AC6602 14-15: Condition can never be met
  of       = [stop.one, stop.two]
}
stop "y" {
  any = [] # ERROR AC6602 9-11: Condition can never be met
}
stop "z" {
  all = [stop.one, stop.one] # ERROR AC6001: Listed twice
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x, stop.y, stop.z]
}
