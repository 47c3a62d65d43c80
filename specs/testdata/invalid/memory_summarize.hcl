provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  memory {
    keep      = "all"
    summarize = provider.p # WARNING AC6204 17-27: Memory setting without effect
  }
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
