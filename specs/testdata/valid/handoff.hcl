# BOUND support: 7 turns, 231 calls per message
provider "scripted" "p" {}
agent "front" { provider = provider.p }
agent "billing" { provider = provider.p }
agent "tech" { provider = provider.p }

pattern "handoff" "support" {
  participants = [agent.front, agent.billing, agent.tech]
  start        = agent.front
  allow        = { front = [agent.billing, agent.tech], billing = [agent.front], tech = [agent.front] }
  after_turn   = "user"
  max_handoffs = 6
}

session "support" {
  type       = "human_agent"
  pattern    = pattern.support
  open_ended = true
}
