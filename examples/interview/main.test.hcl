# Who asks whom, and how often.

run "three technical questions, two of the manager, the scorecard" {
  expect {
    outcome = "achieved"
    speakers = [
      agent.engineer, agent.candidate, agent.engineer, agent.candidate, agent.engineer, agent.candidate,
      agent.manager, agent.candidate, agent.manager, agent.candidate, agent.scribe,
    ]
  }
  assert "the scorecard is the result" {
    condition = "result.technical == 4 and result.collaboration == 5 and len(result.evidence) == 5"
  }
}

run "one technical question" {
  variables {
    technical_questions = 1
  }
  expect {
    outcome = "achieved"
    turns   = 7
  }
  assert "every question got an answer" {
    condition = "agents['candidate'].turns == agents['engineer'].turns + agents['manager'].turns"
  }
}

run "the chair of the rules makes no calls" {
  mock "script" {
    reply {
      when    = "agent == 'engineer' or agent == 'manager'"
      content = "Why?"
    }
    reply {
      when    = "agent == 'candidate'"
      content = "Because."
    }
    reply {
      agent = agent.scribe
      data  = { technical = 1, collaboration = 1, evidence = [], next_step = "None." }
    }
  }
  expect {
    outcome   = "achieved"
    max_calls = 11
  }
  assert "each choice is in the log with its rule" {
    condition = "count(events, .type == 'pattern.chosen') >= 10"
  }
}

run "a candidate who says nothing more ends the interview" {
  mock "script" {
    reply {
      when    = "agent == 'engineer'"
      content = "Why?"
    }
    fail {
      when = "agent == 'candidate'"
      kind = "refusal"
    }
  }
  expect {
    outcome = "failed"
    turns   = 1
  }
  expect_error {
    ref = "agent.candidate"
  }
}

run "seven technical questions are too many" {
  command = "validate"
  variables {
    technical_questions = 7
  }
  expect_error {
    contains = "One to six questions"
  }
}

run "it is over after six minutes" {
  mock "script" {
    reply {
      when    = "true"
      content = "I am still thinking."
      delay   = "50s"
    }
  }
  expect {
    outcome = "exhausted"
    stop    = "limits.timeout"
  }
  assert "not a second later" {
    condition = "elapsed >= 360 and elapsed < 361"
  }
}

run "a scorecard that forgets its form is asked for again" {
  variables {
    technical_questions = 1
  }
  mock "script" {
    reply {
      when    = "agent != 'scribe'"
      content = "Yes?"
    }
    reply {
      agent   = agent.scribe
      content = "She was good."
    }
    reply {
      agent = agent.scribe
      data  = { technical = 4, collaboration = 4, evidence = [], next_step = "Offer." }
    }
  }
  expect {
    outcome = "achieved"
  }
}
