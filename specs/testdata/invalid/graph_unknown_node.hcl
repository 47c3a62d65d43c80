provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "graph" "g" {
  node "x" { run = agent.a }
  node "y" { run = agent.b }
  edge { # ERROR AC6520 3-7: Unknown node
    from = "x"
    to   = "yy"
  }
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.g
}
