provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "" # ?
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
