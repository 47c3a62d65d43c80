# Types, defaults, several validations, secrets, nullable.
variable "name" {
  type    = string
  default = "Ada"
  validation {
    condition     = length(var.name) > 0
    error_message = "A name is needed."
  }
  validation {
    condition     = length(var.name) < 40
    error_message = "A name is short."
  }
}

variable "rounds" {
  type    = number
  default = 3
}

variable "verbose" {
  type    = bool
  default = false
}

variable "topics" {
  type    = list(string)
  default = ["tea", "coffee"]
}

variable "persona" {
  type = object({ tone = string, age = optional(number) })
  default = {
    tone = "dry"
  }
}

variable "key" {
  type      = string
  sensitive = true
  default   = "s3cret"
}

variable "nothing" {
  type     = string
  nullable = true
  default  = null
}

locals {
  greeting = "Hello ${var.name}"
  subjects = join(", ", var.topics)
  tone     = var.verbose ? "wordy" : var.persona.tone
  extra    = var.nothing == null ? "" : var.nothing
}

provider "openai" "p" {
  api_key = var.key
  headers = { Authorization = bearer(var.key) }
}

agent "host" {
  provider     = provider.p
  personality  = local.tone
  instructions = "${local.greeting}. Talk about ${local.subjects}.${local.extra}"
}

agent "guest" { provider = provider.p }

pattern "round_robin" "talk" {
  participants = [agent.host, agent.guest]
  max_rounds   = var.rounds
}

session "talk" {
  type    = "agent_agent"
  pattern = pattern.talk
}
