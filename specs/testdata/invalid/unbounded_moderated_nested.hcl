provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "r" { # ERROR AC7001 1-26: Session might never end
  participants = [agent.a, agent.b]
}
pattern "loop" "l" {
  participants   = [pattern.r]
  until          = "turns > 100"
  max_iterations = 3
}
pattern "graph" "g" { # ERROR AC7001 1-20: Session might never end
  start = "x"
  node "x" { run = pattern.l }
  edge {
    from = "x"
    to   = "x"
  }
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.g
}
