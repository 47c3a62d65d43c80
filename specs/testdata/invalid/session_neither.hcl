provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" { # ERROR AC6701 1-12: Not exactly one of pattern and agent
  type = "human_agent"
}
session "t" {
  type  = "human_agent"
  agent = agent.a
}
