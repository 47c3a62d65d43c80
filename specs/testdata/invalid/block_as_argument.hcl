provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  memory   = { keep = "all" } # ERROR AC2110 3-9: Block and argument confused
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
