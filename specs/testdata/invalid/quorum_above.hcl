provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "vote" "v" {
  participants = [agent.a, agent.b]
  choices      = ["yes", "no"]
  strategy     = "quorum"
  quorum       = 3 # ERROR AC6504 18-19: Quorum cannot be reached
  tie          = "none"
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.v
}
