provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  memory { keep = "all" }
  memory { keep = "all" } # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
