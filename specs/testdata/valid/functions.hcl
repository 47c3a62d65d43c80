# Functions, for, conditionals, templates.
variable "names" {
  type    = list(string)
  default = ["ann", "bob"]
}

locals {
  upper   = [for n in var.names : upper(n)]
  merged  = merge({ a = 1 }, { b = 2 })
  deep    = deepmerge({ x = { y = 1 } }, { x = { z = 2 } })
  text    = dedent("    one\n    two\n")
  count   = length("äöü") + length(var.names)
  pattern = format("%s and %s", local.upper[0], local.upper[1])
}

provider "scripted" "p" {}

agent "a" {
  provider     = provider.p
  instructions = "${local.pattern} ${local.text} ${local.count} ${jsonencode(local.merged)} ${jsonencode(local.deep)}"
  temperature  = length(var.names) > 1 ? 0.5 : 1
}

session "chat" {
  type  = "human_agent"
  agent = agent.a
}
