provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = timestamp() # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
