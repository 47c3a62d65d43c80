provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "vote" "v" {
  participants = [agent.a, agent.b]
  choices      = ["yes"] # ERROR AC6505 18-25: Unusable ballot
  tie          = "none"
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.v
}
