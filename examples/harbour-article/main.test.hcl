# Who acts by what is on the board, and when the article is done.

run "the wrong number is mended before the lawyer looks" {
  expect {
    outcome  = "achieved"
    speakers = [agent.writer, agent.checker, agent.writer, agent.checker, agent.lawyer]
  }
  assert "the result is the second draft" {
    condition = "result contains '0.9 more than planned' and not (result contains 'fooled')"
  }
}

run "what is right at once needs one draft" {
  mock "script" {
    reply {
      agent   = agent.writer
      content = "The wall is finished."
    }
    reply {
      agent = agent.checker
      data  = { wrong = 0, notes = "" }
    }
    reply {
      agent = agent.lawyer
      data  = { risky = false, notes = "" }
    }
  }
  expect {
    outcome = "achieved"
    turns   = 3
    result  = "The wall is finished."
  }
}

run "an article that stays risky is not printed" {
  mock "script" {
    reply {
      when    = "agent == 'writer'"
      content = "Somebody has fooled the town."
    }
    reply {
      when = "agent == 'checker'"
      data = { wrong = 0, notes = "" }
    }
    reply {
      when = "agent == 'lawyer'"
      data = { risky = true, notes = "Who?" }
    }
  }
  expect {
    outcome = "exhausted"
    turns   = 10
  }
  assert "the board says why" {
    condition = "data.lawyer.risky and reason contains 'max_activations'"
  }
}

run "what has no form is asked for again" {
  mock "script" {
    reply {
      agent   = agent.writer
      content = "The wall is finished."
    }
    reply {
      agent   = agent.checker
      content = "All right."
    }
    reply {
      agent = agent.checker
      data  = { wrong = 0, notes = "All right." }
    }
    reply {
      agent   = agent.lawyer
      content = "Print it."
    }
    reply {
      agent = agent.lawyer
      data  = { risky = false, notes = "" }
    }
  }
  expect {
    outcome   = "achieved"
    turns     = 3
    max_calls = 5
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
