variable "v" {
  type     = string
  nullable = false
  default  = null # ERROR AC4106 14-18: Variable must not be null
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
