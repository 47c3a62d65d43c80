# A question comes in and goes to one desk: an outage by its words alone,
# anything else by a model that knows what each desk is for.

variable "question" {
  type        = string
  description = "What the customer asks"
  default     = "I changed my card in June and was still charged on the old one. Can you move the payment?"
}

agent "sorter" {
  provider     = local.model
  instructions = "You read one question of a customer of a music school's web shop and say which desk it belongs to."
  max_tokens   = 60
}

agent "payments" {
  name         = "Payments"
  provider     = local.model
  instructions = templatefile("prompts/desk.md", { desk = "payments" })
  max_tokens   = 250
}

agent "lessons" {
  name         = "Lessons"
  provider     = local.model
  instructions = templatefile("prompts/desk.md", { desk = "lessons" })
  max_tokens   = 250
}

agent "on_call" {
  name         = "On call"
  provider     = local.model
  instructions = templatefile("prompts/desk.md", { desk = "on-call" })
  max_tokens   = 250
}

agent "front" {
  name         = "Front desk"
  provider     = local.model
  instructions = templatefile("prompts/desk.md", { desk = "front" })
  max_tokens   = 250
}

pattern "router" "desk" {
  classifier = agent.sorter
  on_error   = "skip"
  route "outage" {
    when = "last.content matches '(?i)(outage|is down|error 5..)'"
    to   = agent.on_call
  }
  route "payments" {
    describe = "Cards, invoices, refunds, vouchers"
    to       = agent.payments
  }
  route "lessons" {
    describe = "Booking, moving and cancelling lessons; teachers and rooms"
    to       = agent.lessons
  }
  default = agent.front
}

session "desk" {
  type    = "agent_agent"
  pattern = pattern.desk
  opening = var.question
  limits {
    max_turns  = 2
    max_tokens = 10000
    timeout    = "2m"
  }
}
