# When a change may be merged, and when a review is over without.

run "the veto of the first round is gone in the second" {
  expect {
    outcome = "achieved"
    stop    = stop.mergeable
    speakers = [
      agent.author, agent.security, agent.performance, agent.clarity, agent.lead,
      agent.author, agent.security, agent.performance, agent.clarity, agent.lead, agent.scribe,
    ]
  }
  assert "the note is the result" {
    condition = "result startsWith 'gate: limit requests per client'"
  }
}

run "a lead cannot merge against security" {
  mock "script" {
    reply {
      when    = "agent == 'author' or agent == 'scribe'"
      content = "Here it is."
    }
    reply {
      when = "agent == 'security'"
      data = { verdict = "block", finding = "Line 1." }
    }
    reply {
      when = "agent in ['performance', 'clarity']"
      data = { verdict = "approve", finding = "Fine." }
    }
    reply {
      when = "agent == 'lead'"
      data = { decision = "merge", next = "Merge it." }
    }
  }
  expect {
    outcome = "blocked"
    stop    = stop.enough
  }
  assert "two approvals were not enough" {
    condition = "turns >= 20 and reason contains 'talk to each other'"
  }
}

run "one approval is not enough either" {
  mock "script" {
    reply {
      when    = "agent == 'author' or agent == 'scribe'"
      content = "Here it is."
    }
    reply {
      when = "agent in ['security', 'performance']"
      data = { verdict = "change", finding = "Line 1." }
    }
    reply {
      when = "agent == 'clarity'"
      data = { verdict = "approve", finding = "Fine." }
    }
    reply {
      when  = "agent == 'lead'"
      times = 1
      data  = { decision = "merge", next = "Merge it." }
    }
    reply {
      when = "agent == 'lead'"
      data = { decision = "reject", next = "Start again." }
    }
  }
  expect {
    outcome = "achieved"
  }
  assert "a rejected change ends after its round" {
    condition = "data.lead.decision == 'reject' and stop != 'stop.mergeable' and agents['author'].turns == 2"
  }
}

run "what costs too much is handed to people" {
  mock "script" {
    reply {
      agent   = agent.author
      content = "Here it is."
      usage {
        input_tokens  = 60000
        output_tokens = 400
      }
    }
    reply {
      when = "agent in ['security', 'performance', 'clarity']"
      data = { verdict = "approve", finding = "Fine." }
    }
    reply {
      when    = "agent == 'scribe'"
      content = "It was too much."
    }
  }
  expect {
    outcome = "blocked"
    stop    = stop.enough
  }
}

run "a reviewer who fails ends the review with a note" {
  mock "script" {
    reply {
      when    = "agent == 'author' or agent == 'scribe'"
      content = "Here it is."
    }
    reply {
      when = "agent in ['security', 'clarity']"
      data = { verdict = "approve", finding = "Fine." }
    }
    fail {
      when = "agent == 'performance'"
      kind = "refusal"
    }
  }
  expect {
    outcome = "failed"
  }
  expect_error {
    ref = "agent.performance"
  }
}

run "after four rounds without a decision it is left as it is" {
  mock "script" {
    reply {
      when    = "agent == 'author' or agent == 'scribe'"
      content = "Here it is."
    }
    reply {
      when = "agent in ['security', 'performance', 'clarity']"
      data = { verdict = "change", finding = "Line 1." }
    }
    reply {
      when = "agent == 'lead'"
      data = { decision = "revise", next = "Again." }
    }
  }
  assert "it does not count as merged" {
    condition = "outcome in ['exhausted', 'blocked'] and agents['author'].turns == 4"
  }
}

run "whoever forgets the form is asked again" {
  mock "script" {
    reply {
      when    = "agent == 'author' or agent == 'scribe'"
      content = "Here it is."
    }
    reply {
      when    = "agent in ['security', 'performance', 'clarity', 'lead'] and not (input contains 'not valid JSON')"
      content = "Looks good to me."
    }
    reply {
      when = "agent in ['security', 'performance', 'clarity']"
      data = { verdict = "approve", finding = "Fine." }
    }
    reply {
      agent = agent.lead
      data  = { decision = "merge", next = "Merge it." }
    }
  }
  expect {
    outcome = "achieved"
    stop    = stop.mergeable
  }
  assert "all four were" {
    condition = "calls == turns + 4"
  }
}
