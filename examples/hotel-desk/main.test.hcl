# Who has the guest, and how the guest gets from desk to desk.

run "the guest is handed over and back" {
  say = [
    "Good evening, may I stay until Sunday?",
    "And there are no towels in 214.",
    "Thank you, good night.",
  ]
  expect {
    outcome  = "achieved"
    speakers = [agent.bookings, agent.concierge, agent.housekeeping, agent.housekeeping]
  }
  assert "three handovers" {
    condition = "handoffs == 3"
  }
  assert "housekeeping keeps the floor" {
    condition = "last.agent == 'housekeeping'"
  }
}

run "who has the floor answers without a handover" {
  say = ["Where can one eat fish?", "And drink wine?"]
  mock "script" {
    reply {
      agent   = agent.concierge
      content = "At the harbour."
    }
    reply {
      agent   = agent.concierge
      content = "There, too."
    }
  }
  expect {
    outcome  = "achieved"
    speakers = [agent.concierge, agent.concierge]
  }
}

run "bookings cannot send the guest to housekeeping" {
  say = ["Until Sunday, and towels."]
  mock "script" {
    reply {
      agent = agent.concierge
      tool_call {
        name      = "transfer_to_bookings"
        arguments = {}
      }
    }
    reply {
      agent = agent.bookings
      tool_call {
        name      = "transfer_to_housekeeping"
        arguments = {}
      }
    }
    reply {
      agent   = agent.bookings
      content = "Until Sunday. For towels I give you back."
    }
  }
  expect {
    outcome  = "achieved"
    speakers = [agent.bookings]
  }
  assert "one handover took place" {
    condition = "handoffs == 1 and agents['housekeeping'].turns == 0"
  }
}

run "nobody is sent from desk to desk for ever" {
  say = ["Hello?"]
  mock "script" {
    reply {
      when = "agent == 'concierge'"
      tool_call {
        name      = "transfer_to_bookings"
        arguments = {}
      }
    }
    reply {
      agent = agent.bookings
      tool_call {
        name      = "transfer_to_concierge"
        arguments = {}
      }
    }
    reply {
      agent   = agent.bookings
      content = "I see to it myself."
    }
  }
  expect {
    outcome = "achieved"
    result  = "I see to it myself."
  }
  assert "three handovers for a message" {
    condition = "handoffs == 3"
  }
}

run "housekeeping gives the guest back" {
  say = ["Towels, please.", "And where can one eat fish?"]
  mock "script" {
    reply {
      agent = agent.concierge
      tool_call {
        name      = "transfer_to_housekeeping"
        arguments = {}
      }
    }
    reply {
      agent   = agent.housekeeping
      content = "They are on their way."
    }
    reply {
      agent = agent.housekeeping
      tool_call {
        name      = "transfer_to_concierge"
        arguments = { reason = "fish" }
      }
    }
    reply {
      agent   = agent.concierge
      content = "At the harbour."
    }
  }
  expect {
    outcome  = "achieved"
    speakers = [agent.housekeeping, agent.concierge]
  }
}
