variable "v" {
  type    = string
  default = "x" # ERROR AC4103 13-16: Invalid value for variable
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
