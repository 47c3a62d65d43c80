provider "scripted" "p" {}
provider "scripted" "q" {
  reply { # WARNING AC6105 3-8: Reply is never used
    agent   = agent.a
    content = "x"
  }
}
agent "a" { provider = provider.p }
agent "b" { provider = provider.q }

pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
}
