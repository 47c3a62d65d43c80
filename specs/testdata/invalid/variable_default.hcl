variable "v" {
  type    = number
  default = "many" # ERROR AC4104 13-19: Unusable value for variable
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
