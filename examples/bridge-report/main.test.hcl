# A plan, what stops it, and the second plan.

run "the closed archive makes a second plan" {
  expect {
    outcome  = "achieved"
    speakers = [agent.lead, agent.archivist, agent.lead, agent.surveyor, agent.writer, agent.lead]
  }
  assert "it was planned twice" {
    condition = "any(events, .type == 'pattern.replanned')"
  }
  assert "the answer is the lead's" {
    condition = "last.agent == 'lead' and result startsWith 'Between 1671 and 1690'"
  }
}

run "a plan that holds is carried out once" {
  mock "script" {
    reply {
      agent = agent.lead
      data  = { steps = [{ agent = "archivist", task = "Find the year." }] }
    }
    reply {
      agent = agent.archivist
      data  = { ok = true, found = "1672" }
    }
    reply {
      agent   = agent.lead
      content = "1672, by the accounts."
    }
  }
  expect {
    outcome = "achieved"
    result  = "1672, by the accounts."
    turns   = 3
  }
  assert "there was one plan" {
    condition = "none(events, .type == 'pattern.replanned')"
  }
}

run "a plan for somebody who is not there is asked for again" {
  mock "script" {
    reply {
      agent = agent.lead
      data  = { steps = [{ agent = "diver", task = "Look from below." }] }
    }
    reply {
      agent = agent.lead
      data  = { steps = [{ agent = "writer", task = "Write." }] }
    }
    reply {
      agent   = agent.writer
      content = "It is old."
    }
    reply {
      agent   = agent.lead
      content = "It is old."
    }
  }
  expect {
    outcome  = "achieved"
    speakers = [agent.lead, agent.writer, agent.lead]
  }
}

run "after two new plans it is given up" {
  mock "script" {
    reply {
      when = "agent == 'lead'"
      data = { steps = [{ agent = "archivist", task = "Try again." }] }
    }
    reply {
      when = "agent == 'archivist'"
      data = { ok = false, found = "Closed." }
    }
  }
  expect {
    outcome = "failed"
  }
  expect_error {
    contains = "max_replans = 2 is used up"
  }
  assert "three plans were tried" {
    condition = "agents['archivist'].turns == 3"
  }
}

run "it is over after five minutes" {
  mock "script" {
    reply {
      when    = "true"
      content = "I am still thinking."
      delay   = "6m"
    }
  }
  expect {
    outcome = "exhausted"
    stop    = "limits.timeout"
  }
  assert "not a second later" {
    condition = "elapsed >= 300 and elapsed < 301"
  }
}

run "an archivist who forgets the form is asked again" {
  mock "script" {
    reply {
      agent = agent.lead
      data  = { steps = [{ agent = "archivist", task = "Find the year." }] }
    }
    reply {
      agent   = agent.archivist
      content = "1672."
    }
    reply {
      agent = agent.archivist
      data  = { ok = true, found = "1672" }
    }
    reply {
      agent   = agent.lead
      content = "1672."
    }
  }
  expect {
    outcome = "achieved"
    turns   = 3
    result  = "1672."
  }
}
