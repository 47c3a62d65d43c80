# Three sides write their speeches at the same time, read each other's, and
# answer; a judge who was silent until then decides.

variable "motion" {
  type        = string
  description = "What is debated"
  default     = "This house would let trains run through the night"
}

agent "proposition" {
  name         = "Proposition"
  provider     = local.model
  instructions = templatefile("prompts/side.md", { side = "for the motion", motion = var.motion })
  max_tokens   = 250
}

agent "opposition" {
  name         = "Opposition"
  provider     = local.model
  instructions = templatefile("prompts/side.md", { side = "against the motion", motion = var.motion })
  max_tokens   = 250
}

agent "floor" {
  name         = "The floor"
  provider     = local.model
  instructions = templatefile("prompts/side.md", { side = "neither for nor against: you ask what both forget", motion = var.motion })
  max_tokens   = 150
}

agent "judge" {
  name         = "The judge"
  provider     = local.model
  instructions = file("prompts/judge.md")
  max_tokens   = 250
  output {
    type = object({
      winner = string # proposition, opposition or draw
      reason = string
    })
  }
}

pattern "debate" "house" {
  participants = [agent.proposition, agent.opposition, agent.floor]
  judge        = agent.judge
  until        = "agents['proposition'].last.content contains 'I CONCEDE' or agents['opposition'].last.content contains 'I CONCEDE'"
  max_rounds   = 2
}

session "house" {
  type    = "agent_agent"
  pattern = pattern.house
  opening = "The motion: ${var.motion}."
  result  = "data.judge.winner + ': ' + data.judge.reason"
  limits {
    max_turns  = 7
    max_tokens = 40000
    timeout    = "5m"
  }
}
