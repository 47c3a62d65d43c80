variable "key" {
  type      = string
  sensitive = true
  default   = "abc"
}
provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = "The key is ${var.key}" # ERROR AC4006 18-41: Secret out of place
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
