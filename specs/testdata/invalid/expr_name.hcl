provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "turn > 3" # ERROR AC5002 11-15: Unknown name
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
