provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "r" { # ERROR AC7001 1-26: Session might never end
  participants = [agent.a, agent.b]
}
stop "x" { when = "last.content contains 'bye'" }
session "s" {
  type    = "agent_agent"
  pattern = pattern.r
  stop    = [stop.x]
  limits {
    timeout    = "5m"
    max_tokens = 10000
  }
}
