# Patterns inside patterns, four deep, shared by two of them.
# BOUND whole: 28 turns, 261 calls
provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
agent "c" { provider = provider.p }

pattern "round_robin" "pair" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
}
pattern "parallel" "both" {
  participants = [pattern.pair, agent.c]
}
pattern "loop" "again" {
  participants   = [pattern.both, pattern.pair]
  until          = "last.content == 'done'"
  max_iterations = 3
}
pattern "sequential" "whole" {
  participants = [pattern.again, agent.c]
  result       = "summary"
}

session "whole" {
  type    = "agent_agent"
  pattern = pattern.whole
}
