provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "debate" "d" {
  participants = [agent.a] # ERROR: Too few participants
  judge        = agent.b
  max_rounds   = 2
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.d
}
