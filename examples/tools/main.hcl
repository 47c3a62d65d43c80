# A clerk at a lending desk calls tools: one asks a colleague, one computes, one
# books. Before anything is booked a person must allow it.

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

# A question to another agent of the session: its answer is the result, and
# nobody else hears it.
tool "ask" {
  builtin = "ask_agent"
}

agent "keeper" {
  name         = "Keeper"
  provider     = local.model
  description  = "Knows what is in the store room"
  capabilities = ["stock"]
  instructions = "You keep the store room. Say in a sentence what is there: two projectors, a camera, no tent. After the desk has spoken, say what you will do."
  max_tokens   = 120
}

agent "clerk" {
  name           = "Clerk"
  provider       = local.model
  instructions   = file("prompts/clerk.md")
  tools          = [tool.ask, tool.price, tool.book]
  max_tool_calls = 4
  max_tokens     = 300
}

pattern "sequential" "desk" {
  participants = [agent.clerk, agent.keeper]
}

session "loan" {
  type    = "agent_agent"
  pattern = pattern.desk
  opening = "I would like ${var.item}, please."
  limits {
    max_tool_calls = 8
    max_tokens     = 100000
    turn_timeout   = "2m"
  }
}
