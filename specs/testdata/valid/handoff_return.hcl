# BOUND desk: 7 turns, 231 calls
provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "handoff" "desk" {
  participants = [agent.a, agent.b]
  after_turn   = "return"
  max_handoffs = 3
}

session "desk" {
  type    = "agent_agent"
  pattern = pattern.desk
}
