provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
}

session "s" {
  type    = "human_agent"
  agent   = agent.a # ERROR AC6701 13-20: Not exactly one of pattern and agent
  pattern = pattern.r
}
