locals {
  names = ["x"]
}
provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  name     = local.names[3] # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
