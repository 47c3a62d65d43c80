locals {
  x = 1
}
locals {
  x = 2 # ?
}
provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  name     = "${local.x}"
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
