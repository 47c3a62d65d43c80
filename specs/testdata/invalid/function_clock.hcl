provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = timestamp() # ERROR AC4001 18-27: Cannot evaluate
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
