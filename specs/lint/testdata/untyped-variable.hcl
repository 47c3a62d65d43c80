variable "topic" { # LINT untyped-variable
  description = "What is spoken of."
  default     = "tea"
}

variable "any" {
  description = "Whatever."
  type        = any
  default     = "tea"
}

provider "scripted" "p" {}

agent "a" {
  provider     = provider.p
  instructions = "Speak of ${var.topic} or ${var.any}."
  max_tokens   = 300
}

session "s" {
  agent = agent.a
  limits {
    max_turns  = 5
    max_tokens = 10000
  }
}
