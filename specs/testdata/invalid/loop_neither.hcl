provider "scripted" "p" {}
agent "a" { provider = provider.p }

pattern "loop" "l" { # ERROR AC6509 1-19: Not exactly one of until and critic
  participants   = [agent.a]
  max_iterations = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.l
}
