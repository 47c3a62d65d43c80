provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "graph" "g" {
  node "x" { run = agent.a } # ERROR AC6522 3-11: Not exactly one default edge
  node "y" { run = agent.b }
  edge {
    from = "x"
    to   = "y"
    when = "turns > 1"
  }
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.g
}
