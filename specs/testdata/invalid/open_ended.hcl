provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
  open_ended = true # ERROR AC6702 16-20: Open end without a person
}
