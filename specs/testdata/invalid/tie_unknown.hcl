provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "vote" "v" {
  participants = [agent.a, agent.b]
  choices      = ["ship", "wait"]
  tie          = "shipp" # ERROR AC6506 18-25: Unknown way to break a tie
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.v
}
