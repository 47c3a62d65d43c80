provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "graph" "g" {
  node "x" { run = agent.a }
  node "y" { run = agent.b } # ERROR AC6521 3-11: Unreachable node
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.g
}
