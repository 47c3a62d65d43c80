# BOUND circle: 7 turns, 936 calls
provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
agent "c" { provider = provider.p }

pattern "round_robin" "circle" {
  participants = [agent.a, agent.b, agent.c]
  start        = agent.b
  max_turns    = 7
  on_error     = "skip"
  result       = "all"
}

session "circle" {
  type    = "agent_agent"
  pattern = pattern.circle
  result  = "agents['a'].last.content"
}
