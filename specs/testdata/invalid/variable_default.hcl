variable "v" {
  type    = number
  default = "many" # ?
}
provider "scripted" "p" {}
agent "a" {
  provider   = provider.p
  max_tokens = var.v
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
