provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "last.content matches '('" # ERROR AC5016 32-35: Regular expression is not usable
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
