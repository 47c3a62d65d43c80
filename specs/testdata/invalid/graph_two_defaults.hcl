provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "graph" "g" {
  node "x" { run = agent.a }
  node "y" { run = agent.b }
  node "z" { run = agent.b }
  edge {
    from = "x"
    to   = "y"
  }
  edge { # ERROR AC6522 3-7: Not exactly one default edge
    from = "x"
    to   = "z"
  }
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.g
}
