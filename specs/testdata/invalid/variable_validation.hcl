variable "v" {
  type    = string
  default = "x" # ?
  validation {
    condition     = length(var.v) > 3
    error_message = "Too short."
  }
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
