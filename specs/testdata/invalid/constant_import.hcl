locals {
  x = "./y.hcl"
}
import { from = local.x } # ERROR AC3006 17-24: Reference is not possible here
provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
