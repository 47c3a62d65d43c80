provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  memry { # ?
    keep = "all"
  }
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
