provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  name     = "x"
  name     = "y" # ERROR AC2001 3-7: Invalid syntax
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
