provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "graph" "g" {
  start = "z" # ERROR AC6520 11-14: Unknown node
  node "x" { run = agent.a }
  node "y" { run = agent.b }
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.g
}
