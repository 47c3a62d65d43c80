provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  memry { # ERROR AC2101 3-8: Unknown block
    keep = "all"
  }
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
