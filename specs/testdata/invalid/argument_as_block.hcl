provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  metadata { # ERROR AC2110 3-11: Block and argument confused
    x = 1
  }
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
