provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "vote" "v" {
  participants = [agent.a, agent.b]
  choices      = ["yes", "no"] # ERROR: Unusable ballot
  strategy     = "average"
  tie          = "none"
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.v
}
