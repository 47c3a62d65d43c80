# A clerk at a lending desk calls tools: one computes, one books. Before
# anything is booked a person must allow it.

variable "item" {
  type        = string
  description = "What is asked for"
  default     = "a projector for nine days"
}

# An expression: no service, no network. Its input is checked before each call.
tool "price" {
  description = "What a loan costs in euros: per day, less a tenth from the eighth day on"
  input {
    type = object({ per_day = number, days = number })
  }
  expr {
    result = "days < 8 ? per_day * days : per_day * days * 0.9"
  }
}

# Whoever runs this at a terminal is asked; elsewhere the clerk hears a no.
tool "book" {
  description = "Books a loan; gives the number of the booking"
  input {
    type = object({ what = string, days = number, euros = number })
  }
  expr {
    result = "'L-' + string(days) + '-' + string(euros)"
  }
  approval = "always"
}

agent "clerk" {
  name           = "Clerk"
  provider       = local.model
  instructions   = file("prompts/clerk.md")
  tools          = [tool.price, tool.book]
  max_tool_calls = 4
  max_tokens     = 300
}

pattern "sequential" "desk" {
  participants = [agent.clerk]
}

session "loan" {
  type    = "agent_agent"
  pattern = pattern.desk
  opening = "I would like ${var.item}, please."
  limits {
    max_tool_calls = 8
    turn_timeout   = "2m"
  }
}
