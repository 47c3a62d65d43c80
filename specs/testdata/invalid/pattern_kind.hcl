provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robbin" "r" { # ERROR AC2107 9-23: Unknown kind
  participants = [agent.a, agent.b]
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
}
