provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "vote" "v" {
  participants = [agent.a, agent.b]
  choices      = ["ship", "wait"]
  tie          = "first"
  weights      = { a = 0 } # ERROR AC6508 18-27: Weight must be positive
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.v
}
