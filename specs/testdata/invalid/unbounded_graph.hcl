provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "graph" "g" { # ERROR AC7001 1-20: Session might never end
  start = "x"
  node "x" { run = agent.a }
  node "y" { run = agent.b }
  edge {
    from = "x"
    to   = "y"
  }
  edge {
    from = "y"
    to   = "x"
  }
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.g
}
