provider "scripted" "p" {}
agent "a" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [agent.a, agent.writter, human.x] # ?
  max_rounds   = 2
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.q # ?
  stop    = [stop.done] # ?
}
