provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

agent "c" { provider = provider.p }
pattern "selector" "x" {
  participants = [agent.a, agent.b]
  rule         = "'a'"
  transitions  = { a = [agent.c], bb = [agent.a] } # ERROR AC6507 18-51: Not a participant # ERROR AC6507: Not a participant
  max_rounds   = 3
}

pattern "sequential" "t" {
  participants = [pattern.x, agent.c]
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.t
}
