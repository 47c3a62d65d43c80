provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "selector" "x" {
  participants = [agent.a, agent.b]
  rule         = "'a'"
  transitions  = { a = ["c"], bb = ["a"] } # ERROR AC6507 18-43: Not a participant # ERROR AC6507: Not a participant
  max_rounds   = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
