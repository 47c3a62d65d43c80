# A writer drafts, a critic accepts or sends it back with reasons. If no draft
# is accepted in four attempts, the best scored one is the result.

variable "brief" {
  type        = string
  description = "What is to be written"
  default     = "A notice for the island's newsletter, at most 80 words: from 1 November the ferry runs every hour instead of every two, the last boat back is at 22:10, bicycles now cost 2 euros."
}

variable "attempts" {
  type        = number
  description = "How many drafts at most"
  default     = 4
  validation {
    condition     = var.attempts >= 1 && var.attempts <= 8
    error_message = "One to eight attempts."
  }
}

agent "writer" {
  provider     = local.model
  personality  = "plain words, short sentences, a little warmth"
  instructions = file("prompts/writer.md")
  max_tokens   = 250
}

agent "critic" {
  provider     = local.model
  personality  = "strict and kind"
  instructions = file("prompts/critic.md")
  temperature  = 0
  max_tokens   = 250
  output {
    type = object({
      accept   = bool
      feedback = string
      score    = number
    })
  }
}

pattern "loop" "drafts" {
  participants   = [agent.writer]
  critic         = agent.critic
  max_iterations = var.attempts
  keep           = "best"
}

session "notice" {
  type    = "agent_agent"
  pattern = pattern.drafts
  opening = var.brief
  limits {
    max_turns  = 16
    max_tokens = 60000
    timeout    = "3m"
  }
}
