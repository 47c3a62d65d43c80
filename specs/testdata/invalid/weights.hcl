provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "vote" "v" {
  participants = [agent.a, agent.b]
  choices      = ["ship", "wait"]
  tie          = "first"
  weights      = { a = 2, bb = 1 } # ERROR AC6507 18-35: Not a participant
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.v
}
