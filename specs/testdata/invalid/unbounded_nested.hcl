provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "inner" { # ERROR AC7001: Session might never end
  participants = [agent.a, agent.b]
}
pattern "sequential" "outer" {
  participants = [pattern.inner, agent.a]
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.outer
}
