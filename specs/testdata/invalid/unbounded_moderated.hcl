provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "moderated" "r" { # ERROR AC7001: Session might never end
  participants = [agent.a, agent.b]
  chair        = agent.a
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
}
