# BOUND all: 13 turns, 63 calls
provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
agent "c" { provider = provider.p }
human "owner" { timeout = "1h" }

pattern "vote" "majority" {
  participants = [agent.a, agent.b, agent.c]
  choices      = ["ship", "wait"]
  tie          = "wait"
  weights      = { a = 2 }
}

pattern "vote" "quorum" {
  participants = [agent.a, agent.b, human.owner]
  choices      = ["yes", "no"]
  strategy     = "quorum"
  quorum       = 2
  tie          = human.owner
}

pattern "vote" "grade" {
  participants = [agent.a, agent.b]
  strategy     = "average"
  tie          = "none"
}

pattern "sequential" "all" {
  participants = [pattern.majority, pattern.quorum, pattern.grade]
}

session "all" {
  type    = "agent_agent"
  pattern = pattern.all
}
