provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "any(messages, any(messages, any(messages, #.turn > 1)))" # ERROR AC5013 39-42: Predicates are nested too deep
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
