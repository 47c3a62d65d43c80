# Which desk a question goes to, and who decides that.

run "a question about a card goes to payments" {
  expect {
    outcome   = "achieved"
    speakers  = [agent.payments]
    max_calls = 2
  }
  assert "a model has sorted it" {
    condition = "any(events, .type == 'pattern.chosen' and .data.route == 'payments')"
  }
}

run "a lesson goes to lessons" {
  opening = "Can I move my lesson on Friday?"
  expect {
    speakers = [agent.lessons]
  }
}

run "an outage is known by its words, without a call" {
  variables {
    question = "The booking page shows error 502"
  }
  expect {
    outcome   = "achieved"
    speakers  = [agent.on_call]
    max_calls = 1
  }
}

run "what nobody is for goes to the front desk" {
  variables {
    question = "Do you sell violins?"
  }
  expect {
    outcome  = "achieved"
    speakers = [agent.front]
  }
}

run "a sorter that fails does not lose the question" {
  mock "script" {
    fail {
      when = "agent == 'sorter'"
      kind = "refusal"
    }
    reply {
      agent   = agent.front
      content = "I can help with that."
    }
  }
  expect {
    outcome  = "achieved"
    speakers = [agent.front]
  }
  expect_error {
    ref = "agent.sorter"
  }
}

run "a desk that fails leaves the question without an answer" {
  mock "script" {
    reply {
      agent = agent.sorter
      data  = { route = "payments" }
    }
    fail {
      when = "agent == 'payments'"
      kind = "refusal"
    }
  }
  expect_error {
    ref = "agent.payments"
  }
  assert "nobody spoke" {
    condition = "turns == 0"
  }
}

run "a question is given up after two minutes" {
  opening = "The page is down"
  mock "script" {
    reply {
      when    = "true"
      content = "I am still thinking."
      delay   = "3m"
    }
  }
  expect {
    outcome = "exhausted"
    stop    = "limits.timeout"
  }
  assert "not a second later" {
    condition = "elapsed >= 120 and elapsed < 121"
  }
}
