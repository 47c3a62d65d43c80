provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = uper("x") # ERROR AC4001 18-22: Cannot evaluate
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
