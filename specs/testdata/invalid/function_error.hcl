provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = file("missing.md") # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
