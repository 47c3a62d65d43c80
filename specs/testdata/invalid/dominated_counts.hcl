provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
  limits {
    max_turns      = 30 # WARNING AC6703 22-24: Limit is never reached
    max_calls      = 20
    max_tool_calls = 5
    max_handoffs   = 6 # WARNING: Limit is never reached
  }
}
