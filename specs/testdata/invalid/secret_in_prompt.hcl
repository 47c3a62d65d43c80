variable "key" {
  type      = string
  sensitive = true
  default   = "abc"
}
provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = "The key is ${var.key}" # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
