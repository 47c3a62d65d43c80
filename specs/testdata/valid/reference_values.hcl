# A reference is a value: in lists, conditionals, for, locals.
variable "third" {
  type    = bool
  default = true
}

locals {
  base   = [agent.a, agent.b]
  panel  = concat(local.base, var.third ? [agent.c] : [])
  speech = { for x in ["a", "b"] : x => "Speak as ${x}." }
}

provider "scripted" "p" {}

agent "a" {
  provider     = provider.p
  instructions = local.speech["a"]
}
agent "b" {
  provider     = provider.p
  instructions = local.speech.b
}
agent "c" { provider = provider.p }

pattern "sequential" "panel" {
  participants = [for x in local.panel : x]
}

session "panel" {
  type    = "agent_agent"
  pattern = pattern.panel
}
