provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "graph" "g" {} # ERROR AC6501: Too few participants
pattern "sequential" "t" {
  participants = [agent.a, agent.b, pattern.g]
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.t
}
