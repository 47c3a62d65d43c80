provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "parallel" "r" {
  participants = [agent.a, agent.b]
  join         = 3 # ERROR AC6503 18-19: Join above the number of participants
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
}
