provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = uper("x") # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
