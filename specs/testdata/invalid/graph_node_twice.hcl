provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "graph" "g" {
  node "x" { run = agent.a }
  node "x" { run = agent.b } # ERROR AC3003 8-11: Name is taken
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.g
}
