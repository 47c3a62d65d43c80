provider "scripted" "p" {}
agent "a" { provider = provider.p }

variable "key" {
  type      = string
  sensitive = true
  default   = "abc"
}

stop "x" {
  when = "last.content contains var.key" # ERROR AC5010 37-40: Secret in an expression
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
