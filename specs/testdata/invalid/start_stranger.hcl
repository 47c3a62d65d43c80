provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
agent "c" { provider = provider.p }

pattern "round_robin" "x" {
  participants = [agent.a, agent.b]
  start        = agent.c # ERROR AC6507 18-25: Not a participant
  max_turns    = 5
}
pattern "sequential" "t" {
  participants = [pattern.x, agent.c]
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.t
}
