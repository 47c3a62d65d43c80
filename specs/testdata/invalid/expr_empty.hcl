provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "" # ERROR AC5017 10-12: Expression is empty
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
