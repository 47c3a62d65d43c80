variable "v" {
  type    = strng # ERROR AC4009 13-18: Invalid type
  default = "x"
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
