provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = upper("x", "y") # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
