provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = "no end # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
