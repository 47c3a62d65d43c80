# A ledger, a round without progress, and the second plan.

run "a stall makes a new plan" {
  expect {
    outcome = "achieved"
  }
  assert "it was planned again once" {
    condition = "count(events, .type == 'pattern.replanned') == 1"
  }
  assert "each was asked once" {
    condition = "agents['registry'].turns == 1 and agents['survey'].turns == 1"
  }
  assert "the answer is the lead's" {
    condition = "last.agent == 'lead' and result startsWith 'Two: Market Bridge'"
  }
}

run "what is known at once needs nobody" {
  mock "script" {
    reply {
      agent   = agent.lead
      content = "Known: all four are younger."
    }
    reply {
      agent   = agent.lead
      content = "1. Say so."
    }
    reply {
      agent = agent.lead
      data  = { satisfied = true, looping = false, progressing = true, next = "survey", instruction = "" }
    }
    reply {
      agent   = agent.lead
      content = "None."
    }
  }
  expect {
    outcome = "achieved"
    result  = "None."
  }
  assert "nobody else spoke" {
    condition = "all(speakers, # == 'lead')"
  }
}

run "two stalls are one too many" {
  mock "script" {
    reply {
      when    = "agent == 'lead' and call in [1, 2, 4, 5]"
      content = "Unknown."
    }
    reply {
      when = "agent == 'lead'"
      data = { satisfied = false, looping = true, progressing = false, next = "survey", instruction = "Look." }
    }
    reply {
      when    = "agent == 'survey'"
      content = "I see nothing."
    }
  }
  expect {
    outcome  = "exhausted"
    speakers = [for n in range(7) : "lead"]
  }
  assert "there was one new plan" {
    condition = "count(events, .type == 'pattern.replanned') == 1 and reason contains 'max_resets is used up'"
  }
}

run "four rounds are the most" {
  mock "script" {
    reply {
      when    = "agent == 'lead' and call <= 2"
      content = "Known: little."
    }
    reply {
      when = "agent == 'lead' and agents['survey'].turns < 4"
      data = { satisfied = false, looping = false, progressing = true, next = "survey", instruction = "Look." }
    }
    reply {
      when    = "agent == 'survey'"
      content = "I see stones."
    }
    reply {
      when    = "agent == 'lead'"
      content = "We do not know."
    }
  }
  expect {
    outcome = "exhausted"
  }
  assert "each round was used" {
    condition = "agents['survey'].turns == 4"
  }
}
