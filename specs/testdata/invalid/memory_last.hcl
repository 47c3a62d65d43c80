provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  memory {
    keep = "last" # ERROR AC6203 12-18: Memory without a bound
  }
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
