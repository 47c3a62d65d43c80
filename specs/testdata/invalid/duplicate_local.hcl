locals {
  x = 1
}
locals {
  x = 2 # ERROR AC3003 3-4: Name is taken
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
