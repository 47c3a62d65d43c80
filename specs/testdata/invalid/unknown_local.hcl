locals {
  greeting = "hi"
}
provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = "${local.greting} ${local.greeting}" # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
