# Four experts answer the same question at once, none of them knowing what the
# others say; a chairwoman weighs the answers and recommends.

variable "question" {
  type        = string
  description = "What the panel is asked"
  default     = "We are a design studio of fourteen people. Should we move to a four-day week at full pay from January?"
}

locals {
  panel = {
    money   = "cash, margins and what happens in a bad quarter"
    people  = "hiring, health, fairness between teams"
    clients = "deadlines, availability and what clients notice"
    doubt   = "what everybody else overlooks; you look for the way in which this fails"
  }
}

agent "money" {
  name         = "Ingrid"
  description  = "finance"
  provider     = local.model
  instructions = templatefile("prompts/expert.md", { view = local.panel.money })
  max_tokens   = 250
}

agent "people" {
  name         = "Samuel"
  description  = "people and hiring"
  provider     = local.model
  instructions = templatefile("prompts/expert.md", { view = local.panel.people })
  max_tokens   = 250
}

agent "clients" {
  name         = "Noor"
  description  = "clients"
  provider     = local.model
  instructions = templatefile("prompts/expert.md", { view = local.panel.clients })
  max_tokens   = 250
}

agent "doubt" {
  name         = "Viktor"
  description  = "devil's advocate"
  provider     = local.model
  instructions = templatefile("prompts/expert.md", { view = local.panel.doubt })
  max_tokens   = 250
}

agent "chair" {
  name         = "The chair"
  provider     = local.model
  instructions = file("prompts/chair.md")
  max_tokens   = 400
  output {
    type = object({
      recommendation = string
      confidence     = number # from 0 to 1
      conditions     = list(string)
    })
  }
}

pattern "parallel" "panel" {
  participants = [agent.money, agent.people, agent.clients, agent.doubt]
  aggregate    = agent.chair
  concurrency  = 4
}

session "panel" {
  type    = "agent_agent"
  pattern = pattern.panel
  opening = var.question
  result  = "data.chair"
  limits {
    max_turns  = 6
    max_tokens = 40000
    timeout    = "2m"
  }
}
