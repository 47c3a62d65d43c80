provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "now().Year() > 1" # ?
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
