provider "scripted" "p" {}
agent "a" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [agent.a, agent.writter, human.x] # ERROR AC3001 28-41: Unknown reference # ERROR AC3001 43-50: Unknown reference
  max_rounds   = 2
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.q # ERROR AC3001 13-22: Unknown reference
  stop    = [stop.done] # ERROR AC3001 14-23: Unknown reference
}
