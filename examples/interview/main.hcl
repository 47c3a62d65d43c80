# A job interview with two interviewers. A rule says whose turn it is: every
# question gets an answer, and after three technical questions the hiring
# manager takes over. Then somebody who only listened writes the scorecard.

variable "role" {
  type        = string
  description = "The job"
  default     = "site reliability engineer for a regional railway's ticket system"
}

variable "technical_questions" {
  type        = number
  description = "How many questions the engineer asks before the manager takes over"
  default     = 3
  validation {
    condition     = var.technical_questions >= 1 && var.technical_questions <= 6
    error_message = "One to six questions."
  }
}

agent "engineer" {
  name         = "Priya"
  description  = "engineer in the team"
  provider     = local.model
  personality  = "curious, quick, never unkind"
  instructions = templatefile("prompts/engineer.md", { role = var.role })
  max_tokens   = 150
}

agent "manager" {
  name         = "Anders"
  description  = "hiring manager"
  provider     = local.model
  personality  = "patient, few words"
  instructions = "You hire for: ${var.role}. Ask one question per turn about how the candidate works with others. Build on what was said."
  max_tokens   = 150
}

agent "candidate" {
  name         = "Lucía"
  description  = "candidate"
  provider     = local.model
  instructions = templatefile("prompts/candidate.md", { role = var.role })
  max_tokens   = 300
}

agent "scribe" {
  name         = "Scorecard"
  provider     = local.model
  instructions = file("prompts/scribe.md")
  temperature  = 0
  max_tokens   = 400
  output {
    type = object({
      technical     = number
      collaboration = number
      evidence      = list(string)
      next_step     = string
    })
  }
}

# Nobody, "", ends the talk.
pattern "selector" "talk" {
  participants = [agent.engineer, agent.manager, agent.candidate]
  max_rounds   = 20
  rule         = <<-RULE
    here.turns > 0 and here.last.agent != 'candidate' ? 'candidate'
    : agents['engineer'].turns < var.technical_questions ? 'engineer'
    : agents['manager'].turns < 2 ? 'manager'
    : ''
  RULE
  transitions = {
    engineer = ["candidate"]
    manager  = ["candidate"]
  }
}

pattern "sequential" "interview" {
  participants = [pattern.talk, agent.scribe]
}

session "interview" {
  type    = "agent_agent"
  pattern = pattern.interview
  opening = "Welcome, all three. This is the second interview for: ${var.role}. Priya begins."
  result  = "data.scribe"
  limits {
    max_turns  = 21
    max_tokens = 60000
    timeout    = "6m"
  }
}
