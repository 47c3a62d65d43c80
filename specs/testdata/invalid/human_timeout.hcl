provider "scripted" "p" {}
agent "a" { provider = provider.p }

human "h" {
  on_timeout = "skip" # WARNING AC6301 16-22: on_timeout without timeout
}
pattern "round_robin" "r" {
  participants = [agent.a, human.h]
  max_rounds   = 2
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
}
