locals {
  greeting = "hi"
}
provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = "${local.greting} ${local.greeting}" # ERROR AC3001 21-34: Unknown reference
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
