provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "vote" "v" {
  participants = [agent.a, agent.b]
  choices      = ["yes", "no"]
  quorum       = 2 # ERROR: Quorum cannot be reached
  tie          = "none"
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.v
}
