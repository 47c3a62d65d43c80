provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "turns > var.x" # ERROR AC5009 23-24: Unknown variable
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
