provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "last.contents == 'x'" # ERROR AC5003 16-24: Unknown field
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
