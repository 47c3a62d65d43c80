provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [] # ERROR AC6501 18-20: Too few participants
  max_rounds   = 2
}
pattern "sequential" "t" {
  participants = [agent.a, agent.b, pattern.r]
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.t
}
