# Where a ticket goes, and what happens when the check finds something.

run "billing is sent back once" {
  expect {
    outcome  = "achieved"
    speakers = [agent.triage, agent.billing, agent.quality, agent.billing, agent.quality, agent.sender]
  }
  assert "what goes out is the answer of the outbox" {
    condition = "result startsWith 'Dear Maren' and last.agent == 'sender'"
  }
}

run "what is right at once goes out at once" {
  variables {
    ticket = "notes-gone"
  }
  expect {
    outcome  = "achieved"
    speakers = [agent.triage, agent.technical, agent.quality, agent.sender]
  }
}

run "a desk is visited twice at most, then the answer goes out as it is" {
  mock "script" {
    reply {
      agent = agent.triage
      data  = { category = "technical", urgent = true, summary = "No sync." }
    }
    reply {
      when    = "agent == 'technical'"
      content = "Turn it off and on."
    }
    reply {
      when = "agent == 'quality'"
      data = { approved = false, note = "And if that does not help?" }
    }
    reply {
      agent   = agent.sender
      content = "Dear customer"
    }
  }
  expect {
    outcome  = "achieved"
    speakers = [agent.triage, agent.technical, agent.quality, agent.technical, agent.quality, agent.sender]
    result   = "Dear customer"
  }
}

run "what belongs to no desk goes to the front" {
  mock "script" {
    reply {
      agent = agent.triage
      data  = { category = "praise", urgent = false, summary = "She likes it." }
    }
    reply {
      agent   = agent.front
      content = "Thank you!"
    }
    reply {
      agent = agent.quality
      data  = { approved = false, note = "Use her name." }
    }
    reply {
      agent   = agent.front
      content = "Thank you, Maren!"
    }
    reply {
      agent = agent.quality
      data  = { approved = true, note = "" }
    }
    reply {
      agent   = agent.sender
      content = "Thank you, Maren!"
    }
  }
  expect {
    outcome  = "achieved"
    speakers = [agent.triage, agent.front, agent.quality, agent.front, agent.quality, agent.sender]
  }
}

run "a technical answer is sent back to the technical desk" {
  mock "script" {
    reply {
      agent = agent.triage
      data  = { category = "technical", urgent = true, summary = "No sync." }
    }
    reply {
      when    = "agent == 'technical'"
      content = "Turn it off and on."
    }
    reply {
      agent = agent.quality
      data  = { approved = false, note = "Which one?" }
    }
    reply {
      agent = agent.quality
      data  = { approved = true, note = "" }
    }
    reply {
      agent   = agent.sender
      content = "Dear customer"
    }
  }
  assert "nobody else was bothered" {
    condition = "agents['billing'].turns == 0 and agents['front'].turns == 0 and turns == 6"
  }
}

run "a desk that does not answer in time fails the ticket" {
  mock "script" {
    reply {
      agent = agent.triage
      data  = { category = "billing", urgent = false, summary = "Twice." }
    }
    reply {
      agent   = agent.billing
      content = "Sorry."
      delay   = "46s"
    }
  }
  expect {
    outcome = "failed"
  }
  expect_error {
    ref = "agent.billing"
  }
}

run "there are tickets in a folder only" {
  command = "validate"
  variables {
    ticket = "../main"
  }
  expect_error {
    contains = "no such file in tickets/"
  }
}

run "whoever forgets the form is asked again" {
  mock "script" {
    reply {
      when    = "agent in ['triage', 'quality'] and not (input contains 'not valid JSON')"
      content = "Billing."
    }
    reply {
      agent = agent.triage
      data  = { category = "billing", urgent = false, summary = "Twice." }
    }
    reply {
      agent   = agent.billing
      content = "Sorry."
    }
    reply {
      agent = agent.quality
      data  = { approved = true, note = "" }
    }
    reply {
      agent   = agent.sender
      content = "Dear Maren"
    }
  }
  expect {
    outcome = "achieved"
    turns   = 4
  }
}
