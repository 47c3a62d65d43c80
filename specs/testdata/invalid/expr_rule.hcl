provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "selector" "x" {
  participants = [agent.a, agent.b]
  rule         = "turns > 1" # ERROR AC5005 19-28: Wrong kind of result
  max_rounds   = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
