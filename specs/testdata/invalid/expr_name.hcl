provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "turn > 3" # ?
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
