provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" { # ERROR AC2001 13-14: Invalid syntax
  type  = "human_agent"
  agent = agent.a
