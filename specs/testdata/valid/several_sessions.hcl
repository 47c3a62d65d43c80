# BOUND short: 2 turns, 18 calls
# BOUND chat: 1 turn, 9 calls per message
provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "sequential" "pair" {
  participants = [agent.a, agent.b]
}

session "short" {
  description = "Once through"
  type        = "agent_agent"
  pattern     = pattern.pair
  limits { max_turns = 2 }
}

session "chat" {
  type  = "human_agent"
  agent = agent.a
}
