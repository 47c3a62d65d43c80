provider "scripted" "p" {}
locals {
  x = [for a in [1] : [for b in [1] : [for c in [1] : c]]] # ERROR AC1103 40-43: Nested for
}
agent "a" {
  provider = provider.p
  name     = jsonencode(local.x)
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
