variable "motion" {
  type        = string
  description = "What is debated"
  default     = "Cities should ban private cars"
  validation {
    condition     = length(var.motion) > 10
    error_message = "The motion must be a full sentence."
  }
}

provider "groq" "fast" {
  model = "llama-3.3-70b-versatile"        # api_key: GROQ_API_KEY by default
  limits { requests_per_minute = 30 }
}

agent "optimist" {
  provider     = provider.fast
  capabilities = ["conversation", "debate"]
  personality  = "warm, concrete, brief"
  instructions = "Argue for: ${var.motion}"
  max_tokens   = 300
}

agent "skeptic" {
  provider     = provider.fast
  instructions = file("prompts/skeptic.md")
  max_tokens   = 300
}

agent "judge" {
  provider = provider.fast
  output {                                  # structured output: JSON schema from an HCL type
    type = object({ winner = string, score = number })
  }
  max_tokens = 200
}

pattern "round_robin" "exchange" {
  participants = [agent.optimist, agent.skeptic]
  max_rounds   = 4
}

pattern "sequential" "debate" {
  participants = [pattern.exchange, agent.judge]
}

stop "agreed" {
  when    = "turns >= 4 and last.content contains 'I AGREE'"
  outcome = "achieved"
}

session "debate" {
  type    = "agent_agent"
  pattern = pattern.debate
  opening = "The motion is: ${var.motion}. Begin."
  stop    = [stop.agreed]
  limits {
    max_turns  = 12
    max_tokens = 40000
    max_cost   = 0.25
    timeout    = "5m"
  }
}
