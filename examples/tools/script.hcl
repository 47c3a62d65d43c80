# What the two say when no model answers.
provider "scripted" "script" {
  reply {
    agent = agent.clerk
    tool_call {
      name      = "ask"
      arguments = { agent = "keeper", question = "Is a projector there for nine days?" }
    }
  }
  reply {
    agent   = agent.keeper
    content = "One is, and it works."
  }
  reply {
    agent = agent.clerk
    tool_call {
      name      = "price"
      arguments = { per_day = 12, days = 9 }
    }
  }
  reply {
    agent   = agent.clerk
    content = "That is 97.20 euros; I will put it into the book."
    tool_call {
      name      = "book"
      arguments = { what = "projector", days = 9, euros = 97.2 }
    }
  }
  reply {
    agent   = agent.clerk
    content = "The projector is 97.20 euros for nine days. You will find the booking at the desk, or hear from my colleague why there is none."
  }
  reply {
    agent   = agent.keeper
    content = "I will put the projector aside until this evening."
  }
}
