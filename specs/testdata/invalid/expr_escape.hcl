provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "last.content == \"x\" and tuns > 1" # ERROR AC5002 37-41: Unknown name
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
