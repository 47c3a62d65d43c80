provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
pattern "handoff" "desk" {
  participants = [agent.a, agent.b]
  after_turn   = "user"
  max_handoffs = 3
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.desk # WARNING AC6705 13-25: Waits for nobody
  opening = "Begin."
  limits { max_turns = 5 }
}
