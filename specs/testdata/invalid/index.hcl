locals {
  names = ["x"]
}
provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  name     = local.names[3] # ERROR AC4001 25-28: Cannot evaluate
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
