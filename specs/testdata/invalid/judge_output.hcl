provider "scripted" "p" {}
agent "a" { provider = provider.p }

agent "judge" {
  provider = provider.p
  output {
    type = object({ done = bool })
  }
}
pattern "round_robin" "l" {
  participants = [agent.a]
  max_rounds   = 3
}
stop "jury" {
  judge = agent.judge # ERROR AC6514 11-22: Output lacks a field
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.l
  stop    = [stop.jury]
}
