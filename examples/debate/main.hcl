# Two debaters exchange arguments until they meet or run out of rounds; a judge
# then decides, in a form that the session's result can read.

variable "motion" {
  type        = string
  description = "What is debated"
  default     = "Cities should ban private cars from their centres"
  validation {
    condition     = length(var.motion) > 10
    error_message = "The motion must be a full sentence."
  }
}

agent "optimist" {
  name         = "Ada"
  provider     = local.model
  personality  = "warm, concrete, brief"
  capabilities = ["debate"]
  instructions = templatefile("prompts/debater.md", { side = "for", motion = var.motion })
  max_tokens   = 300
}

agent "skeptic" {
  name         = "Bruno"
  provider     = local.model
  personality  = "dry, fair, fond of numbers"
  capabilities = ["debate"]
  instructions = templatefile("prompts/debater.md", { side = "against", motion = var.motion })
  max_tokens   = 300
}

agent "judge" {
  name         = "The judge"
  provider     = local.model
  instructions = file("prompts/judge.md")
  max_tokens   = 300
  output {
    type = object({
      winner = string # optimist, skeptic or draw
      score  = number # of ten, for the better case
      reason = string
    })
  }
}

pattern "round_robin" "exchange" {
  participants = [agent.optimist, agent.skeptic]
  max_rounds   = 4
}

pattern "sequential" "debate" {
  participants = [pattern.exchange, agent.judge]
}

# Ends the exchange, not the session: the judge still has the last word.
stop "common_ground" {
  when      = "here.last.content contains 'COMMON GROUND'"
  scope     = pattern.exchange
  min_turns = 4
  reason    = "The two have found something they can both sign."
}

session "debate" {
  type    = "agent_agent"
  pattern = pattern.debate
  opening = "The motion is: ${var.motion}. Ada speaks for it, Bruno against. Begin."
  stop    = [stop.common_ground]
  result  = "data.judge.winner + ': ' + data.judge.reason"
  limits {
    max_turns  = 9
    max_tokens = 40000
    timeout    = "5m"
  }
}
