# Each agent's replies are used in order. A handover is a call of a tool that
# the pattern gives the agent.
provider "scripted" "script" {
  reply {
    agent = agent.concierge
    tool_call {
      name      = "transfer_to_bookings"
      arguments = { reason = "the guest wants to stay until Sunday" }
    }
  }
  reply {
    agent   = agent.bookings
    content = "Yes, 214 is yours until Sunday. The night is 96 euros with breakfast; it is on your bill."
  }
  reply {
    agent = agent.bookings
    tool_call {
      name      = "transfer_to_concierge"
      arguments = { reason = "towels are missing in 214" }
    }
  }
  reply {
    agent   = agent.concierge
    content = "I am sorry about that. I am calling upstairs."
    tool_call {
      name      = "transfer_to_housekeeping"
      arguments = { reason = "towels for 214, now" }
    }
  }
  reply {
    agent   = agent.housekeeping
    content = "Two sets are on their way and will hang on your door in ten minutes."
  }
  reply {
    agent   = agent.housekeeping
    content = "Good night. If you need a blanket, write here; somebody is up until two."
  }
}
