provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "handoff" "r" { # ERROR AC7001: Session might never end
  participants = [agent.a, agent.b]
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
}
