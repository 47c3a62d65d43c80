provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

# A graph has no rounds, so max_rounds does not bound it.
pattern "graph" "g" { # ERROR AC7001: Session might never end
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
  limits { max_rounds = 5 }
}
