provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "loop" "l" { # ?
  participants = [agent.a, agent.b]
  until        = "turns > 2"
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.l
}
