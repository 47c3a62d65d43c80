# What the clerk says when no model answers.
provider "scripted" "script" {
  reply {
    tool_call {
      name      = "price"
      arguments = { per_day = 12, days = 9 }
    }
  }
  reply {
    content = "That is 97.20 euros; I will put it into the book."
    tool_call {
      name      = "book"
      arguments = { what = "projector", days = 9, euros = 97.2 }
    }
  }
  reply {
    when    = "tool_calls > 1"
    content = "The projector is 97.20 euros for nine days. You will find the booking at the desk, or hear from my colleague why there is none."
  }
}
