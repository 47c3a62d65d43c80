# BOUND both: 9 turns, 189 calls
provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
agent "chair" { provider = provider.p }

pattern "selector" "ruled" {
  participants = [agent.a, agent.b]
  rule         = "last.agent == 'a' ? 'b' : 'a'"
  max_turns    = 4
}

pattern "selector" "chaired" {
  participants = [agent.a, agent.b]
  chair        = agent.chair
  attempts     = 2
  fallback     = agent.a
  allow_repeat = true
  transitions  = { a = [agent.b], b = [agent.a, agent.b] }
  max_rounds   = 5
}

pattern "sequential" "both" {
  participants = [pattern.ruled, pattern.chaired]
}

session "both" {
  type    = "agent_agent"
  pattern = pattern.both
}
