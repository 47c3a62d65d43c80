provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = upper("x", "y") # ERROR AC4001 30-31: Cannot evaluate
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
