variable "v" { # ERROR AC4102 1-13: Variable has no value
  type = string
}
provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  name     = var.v
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
