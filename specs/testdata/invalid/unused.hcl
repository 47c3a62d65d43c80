variable "v" { # WARNING AC6801 1-13: Unused declaration
  type    = string
  default = "x"
  validation {
    condition     = var.v != ""
    error_message = "It reads itself, which is no use."
  }
}
variable "read" { # only an expression reads it
  type    = number
  default = 3
}
locals {
  l = 1 # WARNING AC6801 3-4: Unused declaration
}
provider "scripted" "p" {}
provider "scripted" "q" {} # WARNING AC6801 1-24: Unused declaration
tool "t" { # WARNING AC6801 1-9: Unused declaration
  expr { result = "1" }
}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p } # WARNING AC6801 1-10: Unused declaration
human "h" {} # WARNING: Unused declaration
pattern "round_robin" "r" { # WARNING AC6801: Unused declaration
  participants = [agent.a]
  max_rounds   = 1
}
stop "x" { when = "turns > var.read" } # WARNING AC6801: Unused declaration

session "s" {
  type  = "human_agent"
  agent = agent.a
}
