provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  memory { keep = "all" }
  memory { keep = "all" } # ERROR AC2108 3-9: Block is there twice
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
