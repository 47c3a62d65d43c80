locals {
  x = local.y # ?
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
