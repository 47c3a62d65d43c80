# A ticket is classified, answered by the desk it belongs to, checked, and sent
# back once if the check finds something. What goes out is the result.

variable "ticket" {
  type        = string
  description = "The ticket to work on: the name of a file in tickets/, without .txt"
  default     = "charged-twice"
  validation {
    condition     = contains(fileset("tickets", "*.txt"), "${var.ticket}.txt")
    error_message = "There is no such file in tickets/."
  }
}

agent "triage" {
  provider     = local.model
  instructions = file("prompts/triage.md")
  temperature  = 0
  max_tokens   = 200
  output {
    type = object({
      category = string # billing, technical or other
      urgent   = bool
      summary  = string
    })
  }
}

agent "billing" {
  name         = "Billing desk"
  provider     = local.model
  capabilities = ["refunds up to 200 euros", "invoices"]
  instructions = templatefile("prompts/desk.md", { desk = "billing" })
  max_tokens   = 350
}

agent "technical" {
  name         = "Technical desk"
  provider     = local.model
  capabilities = ["sync", "devices", "status of incidents"]
  instructions = templatefile("prompts/desk.md", { desk = "technical" })
  max_tokens   = 350
}

agent "front" {
  name         = "Front desk"
  provider     = local.model
  instructions = templatefile("prompts/desk.md", { desk = "front" })
  max_tokens   = 350
}

agent "quality" {
  name         = "Quality"
  provider     = local.model
  instructions = file("prompts/quality.md")
  temperature  = 0
  max_tokens   = 200
  output {
    type = object({
      approved = bool
      note     = string
    })
  }
}

agent "sender" {
  name         = "Outbox"
  provider     = local.model
  instructions = "Give the latest answer to the customer as it goes out: with greeting and signature, the note of quality worked in, nothing internal."
  max_tokens   = 400
}

pattern "graph" "desk" {
  start = "classify"

  node "classify" { run = agent.triage }
  node "billing" {
    run        = agent.billing
    max_visits = 2
  }
  node "technical" {
    run        = agent.technical
    max_visits = 2
  }
  node "front" {
    run        = agent.front
    max_visits = 2
  }
  node "check" {
    run        = agent.quality
    max_visits = 2
  }
  node "send" { run = agent.sender }

  edge {
    from = "classify"
    to   = "billing"
    when = "data.triage.category == 'billing'"
  }
  edge {
    from = "classify"
    to   = "technical"
    when = "data.triage.category == 'technical'"
  }
  edge {
    from = "classify"
    to   = "front"
  }
  edge {
    from = "billing"
    to   = "check"
  }
  edge {
    from = "technical"
    to   = "check"
  }
  edge {
    from = "front"
    to   = "check"
  }

  # Not good enough goes back to the desk that wrote it. A desk that has been
  # visited twice is not entered again; then the answer goes out as it is.
  edge {
    from = "check"
    to   = "billing"
    when = "not data.quality.approved and data.triage.category == 'billing'"
  }
  edge {
    from = "check"
    to   = "technical"
    when = "not data.quality.approved and data.triage.category == 'technical'"
  }
  edge {
    from = "check"
    to   = "front"
    when = "not data.quality.approved and data.triage.category not in ['billing', 'technical']"
  }
  edge {
    from = "check"
    to   = "send"
  }
}

session "ticket" {
  type    = "agent_agent"
  pattern = pattern.desk
  opening = file("tickets/${var.ticket}.txt")
  limits {
    max_turns    = 10
    max_tokens   = 30000
    turn_timeout = "45s"
    timeout      = "4m"
  }
}
