provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
agent "c" { provider = provider.p }

pattern "vote" "v" {
  participants = [agent.a, agent.b]
  choices      = ["ship", "wait"]
  tie          = agent.c # ERROR AC6507 18-25: Not a participant
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.v
}
