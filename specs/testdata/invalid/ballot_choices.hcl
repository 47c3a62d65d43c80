provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "vote" "v" {
  participants = [agent.a, agent.b]
  choices      = ["yes", "yes", "none"] # ERROR AC6001: Listed twice # ERROR AC6505: Unusable ballot
  tie          = "yes"
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.v
}
