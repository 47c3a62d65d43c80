variable "v" { # ?
  type    = string
  default = "x"
}
locals {
  l = 1 # ?
}
provider "scripted" "p" {}
provider "scripted" "q" {} # WARNING AC6801 1-24: Unused block
tool "t" { # WARNING AC6801 1-9: Unused block
  expr { result = "1" }
}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p } # WARNING AC6801 1-10: Unused block
human "h" {} # WARNING: Unused block
pattern "round_robin" "r" { # WARNING AC6801: Unused block
  participants = [agent.a]
  max_rounds   = 1
}
stop "x" { when = "turns > 1" } # WARNING AC6801: Unused block

session "s" {
  type  = "human_agent"
  agent = agent.a
}
