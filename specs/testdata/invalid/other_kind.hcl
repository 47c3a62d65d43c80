provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
  critic       = agent.b # ERROR AC2109 3-9: Argument of another kind
  node "x" { # ERROR AC2109 3-7: Argument of another kind
    run = agent.a
  }
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
}
