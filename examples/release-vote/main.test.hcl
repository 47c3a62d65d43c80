# How the vote comes out, with and without the release manager.

variables {
  patience = "5m"
}

run "the manager's vote counts twice" {
  say = [{ text = "ship", from = "manager" }]
  expect {
    outcome = "achieved"
    result  = "ship"
  }
}

run "the manager may say wait, too" {
  say = [{ text = "wait", from = "manager" }]
  expect {
    outcome = "blocked"
    stop    = stop.waits
    result  = "wait"
  }
}

run "a majority that nobody can change does not wait for the manager" {
  mock "script" {
    reply {
      when = "true"
      data = { choice = "ship", reason = "It is ready." }
    }
  }
  expect {
    outcome = "achieved"
    result  = "ship"
  }
}

run "a ballot for neither is asked for again" {
  mock "script" {
    reply {
      agent = agent.tests
      data  = { choice = "later", reason = "Monday." }
    }
    reply {
      agent = agent.tests
      data  = { choice = "ship", reason = "If it must be." }
    }
    reply {
      when = "agent != 'tests'"
      data = { choice = "ship", reason = "It is ready." }
    }
  }
  expect {
    outcome   = "achieved"
    result    = "ship"
    max_calls = 5
  }
  assert "it was asked twice" {
    condition = "calls == 5 and messages[1].content contains 'If it must be.'"
  }
}

run "a manager who does not answer is not counted, and a tie means waiting" {
  stay = true
  expect {
    outcome = "blocked"
    result  = "wait"
  }
  assert "it waited five minutes" {
    condition = "elapsed >= 300 and elapsed < 301"
  }
}
