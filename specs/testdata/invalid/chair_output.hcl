provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

agent "chair" {
  provider = provider.p
  output {
    type = object({ who = string })
  }
}
pattern "selector" "x" {
  participants = [agent.a, agent.b]
  chair        = agent.chair # ERROR AC6514 18-29: Output lacks a field
  max_rounds   = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
