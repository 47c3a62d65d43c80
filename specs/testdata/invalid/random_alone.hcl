provider "scripted" "p" {}
agent "a" { provider = provider.p }

pattern "random" "r" {
  participants = [agent.a] # ERROR AC6501: Too few participants
  max_turns    = 2
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
}
