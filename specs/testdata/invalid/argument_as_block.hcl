provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  metadata { # ?
    x = 1
  }
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
