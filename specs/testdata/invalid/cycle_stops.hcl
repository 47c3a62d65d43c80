provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  not = stop.y # ERROR AC3103 9-15: Cycle of stops
}
stop "y" {
  not = stop.x
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
