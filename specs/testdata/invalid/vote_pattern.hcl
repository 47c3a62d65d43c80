provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
}

pattern "vote" "v" {
  participants = [agent.a, pattern.r] # ERROR AC6513 28-37: Wrong kind of participant
  choices      = ["ship", "wait"]
  tie          = "first"
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.v
}
