provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
}

session "s" {
  type         = "agent_agent"
  pattern      = pattern.r
  lifetime     = "10m"
  idle_timeout = "20m" # WARNING AC6703 18-23: Limit is never reached
  limits {
    timeout      = "15m" # WARNING AC6703: Limit is never reached
    turn_timeout = "16m" # WARNING AC6703: Limit is never reached
  }
}
