provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}

session "s" { # ERROR AC3003 9-12: Name is taken
  type  = "human_agent"
  agent = agent.a
}
