provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "moderated" "x" {
  participants = [agent.a, agent.b]
  rule         = "'a'" # ?
  max_rounds   = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
