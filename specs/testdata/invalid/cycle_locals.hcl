locals {
  x = local.y # ERROR AC3101 7-14: Cycle of locals
  y = local.x
}
provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  name     = local.x
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
