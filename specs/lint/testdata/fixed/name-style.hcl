locals {
  max_tokens = 300 # LINT name-style
}

variable "the-topic" { # LINT name-style
  description = "What is spoken of."
  type        = string
  default     = "tea"
}

provider "scripted" "p" {}

agent "first_speaker" { # LINT name-style
  provider     = provider.p
  instructions = "Speak of ${var.the-topic}."
  max_tokens   = local.max_tokens
}

agent "Critic" { # LINT name-style
  provider     = provider.p
  instructions = "Find what is wrong."
  max_tokens   = local.max_tokens
}

# There is a critic already, so that no fix is offered for Critic.
agent "critic" {
  provider     = provider.p
  instructions = "Find what is right."
  max_tokens   = local.max_tokens
}

agent "größe" { # LINT name-style
  provider     = provider.p
  instructions = "Measure."
  max_tokens   = local.max_tokens
}

pattern "round_robin" "talk" {
  participants = [agent.first_speaker, agent.Critic, agent.critic, agent.größe]
  max_rounds   = 2
}

stop "enough" {
  when = "agents['first_speaker'].turns > 1"
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
  stop    = [stop.enough]
  limits { max_tokens = 10000 }
}
