variable "v" {
  type    = object({ name = string })
  default = { name = "x", nam = "y" } # ERROR AC4008 13-38: Unknown key
}
provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  name     = var.v.name
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
