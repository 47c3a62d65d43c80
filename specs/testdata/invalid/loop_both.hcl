provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "loop" "l" {
  participants   = [agent.a]
  until          = "turns > 2" # ERROR AC6509 20-31: Not exactly one of until and critic
  critic         = agent.b
  max_iterations = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.l
}
