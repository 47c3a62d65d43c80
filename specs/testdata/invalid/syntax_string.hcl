provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = "no end # ERROR AC2001: Invalid syntax
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
