# BOUND party: 9 turns, 81 calls
provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
agent "c" { provider = provider.p }

pattern "random" "party" {
  participants = [agent.a, agent.b, agent.c]
  seed         = 42
  max_turns    = 9
}

session "party" {
  type    = "agent_agent"
  pattern = pattern.party
}
