provider "scripted" "p" {}
agent "a" { provider = provider.p }

agent "critic" {
  provider = provider.p
  output {
    type = object({ accept = string, feedback = string })
  }
}
pattern "loop" "l" {
  participants   = [agent.a]
  critic         = agent.critic # ERROR AC6514 20-32: Output lacks a field # ERROR AC6514: Output lacks a field
  max_iterations = 3
  keep           = "best"
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.l
}
