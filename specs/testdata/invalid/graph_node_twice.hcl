provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "graph" "g" {
  node "x" { run = agent.a }
  node "x" { run = agent.b } # ?
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.g
}
