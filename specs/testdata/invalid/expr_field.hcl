provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "last.contents == 'x'" # ?
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
