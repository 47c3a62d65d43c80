provider "scripted" "p" {}
agent "a" { provider = provider.p }

pattern "loop" "l" {
  participants   = [agent.a]
  until          = "turns > 2"
  max_iterations = 3
  keep           = "best" # ERROR AC6510 20-26: Nothing to compare drafts by
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.l
}
