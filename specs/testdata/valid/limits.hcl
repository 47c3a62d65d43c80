# Every limit of a session.
# BOUND talk: 20 turns, 60 calls
provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "talk" {
  participants = [agent.a, agent.b]
}

session "talk" {
  type    = "agent_agent"
  pattern = pattern.talk
  limits {
    max_turns      = 20
    max_rounds     = 15
    max_messages   = 30
    max_calls      = 60
    max_tool_calls = 10
    max_handoffs   = 5
    max_tokens     = 50000
    max_cost       = 1.5
    timeout        = "10m"
    turn_timeout   = "1m30s"
    max_repeats    = 3
  }
}
