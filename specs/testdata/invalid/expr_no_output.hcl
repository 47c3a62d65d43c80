provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "data.a.score > 1" # ERROR AC5008 16-17: Agent has no structured output
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
