# What the clerk may do alone, and what a person must allow.

run "nobody is there to allow the booking" {
  expect {
    outcome  = "achieved"
    speakers = [agent.clerk, agent.keeper]
  }
  assert "the price was computed, with the discount" {
    condition = "any(events, .type == 'tool.finished' and string(.data.result) == '97.2')"
  }
  assert "the clerk heard a no, and the talk went on" {
    condition = "any(events, .type == 'approval.denied') and none(events, .type == 'tool.finished' and .data.result startsWith 'L-')"
  }
}

run "a person allows it" {
  approve "book" {
    by    = "ann"
    after = "20s"
  }
  expect {
    outcome = "achieved"
  }
  assert "it has a number" {
    condition = "any(events, .type == 'tool.finished' and .data.result == 'L-9-97.2')"
  }
  assert "it was waited for" {
    condition = "elapsed >= 20"
  }
}

run "a person says no, and why" {
  approve "book" {
    allow = false
    by    = "ann"
    why   = "The projector is promised to the school."
  }
  assert "the clerk is told" {
    condition = "any(events, .type == 'approval.denied' and .data.why contains 'promised to the school')"
  }
}

run "an input of another form never reaches the tool" {
  mock "script" {
    reply {
      agent = agent.clerk
      tool_call {
        name      = "price"
        arguments = { per_day = "twelve", days = 9 }
      }
    }
    reply {
      agent   = agent.clerk
      content = "I cannot say what it costs."
    }
    reply {
      agent   = agent.keeper
      content = "Then I keep it here."
    }
  }
  expect {
    outcome = "achieved"
  }
  assert "the call failed, the turn did not" {
    condition = "any(events, .type == 'tool.failed') and none(events, .type == 'turn.failed')"
  }
}

run "more than four calls in a turn are not made" {
  mock "script" {
    reply {
      when  = "agent == 'clerk'"
      times = 6
      tool_call {
        name      = "price"
        arguments = { per_day = 1, days = 1 }
      }
    }
    reply {
      agent   = agent.clerk
      content = "Enough counting."
    }
    reply {
      agent   = agent.keeper
      content = "Good."
    }
  }
  assert "four at most" {
    condition = "count(events, .type == 'tool.finished') == 4"
  }
}

run "a colleague who is not there cannot be asked" {
  mock "script" {
    reply {
      agent = agent.clerk
      tool_call {
        name      = "ask"
        arguments = { agent = "boss", question = "May I?" }
      }
    }
    reply {
      agent   = agent.clerk
      content = "I will find out."
    }
    reply {
      agent   = agent.keeper
      content = "Good."
    }
  }
  expect {
    outcome = "achieved"
  }
  expect_error {
    ref = "tool.ask"
  }
}

run "a booking without a number of days is refused, and nobody is asked about it" {
  mock "script" {
    reply {
      agent = agent.clerk
      tool_call {
        name      = "book"
        arguments = { what = "projector" }
      }
    }
    reply {
      agent   = agent.clerk
      content = "For how long?"
    }
    reply {
      agent   = agent.keeper
      content = "Good."
    }
  }
  assert "nothing is booked" {
    condition = "none(events, .type in ['approval.asked', 'tool.finished'])"
  }
}
