# Speeches at the same time, and a judge who was silent until then.

run "two rounds of all sides, then the judge" {
  expect {
    outcome = "achieved"
    speakers = [
      agent.proposition, agent.opposition, agent.floor,
      agent.proposition, agent.opposition, agent.floor, agent.judge,
    ]
  }
  assert "they wrote at the same time" {
    condition = "elapsed < 0.25"
  }
  assert "the verdict is the result" {
    condition = "result startsWith 'proposition: '"
  }
}

run "who concedes ends it after the round" {
  mock "script" {
    reply {
      agent   = agent.proposition
      content = "One track is enough."
    }
    reply {
      agent   = agent.opposition
      content = "I CONCEDE."
    }
    reply {
      agent   = agent.floor
      content = "So soon?"
    }
    reply {
      agent = agent.judge
      data  = { winner = "proposition", reason = "It stood alone." }
    }
  }
  expect {
    outcome = "achieved"
    turns   = 4
    result  = "proposition: It stood alone."
  }
}

run "in the first round nobody has read the others" {
  mock "script" {
    reply {
      when    = "agent == 'proposition' and agents['opposition'].turns == 0"
      content = "Trains!"
      delay   = "1s"
    }
    reply {
      when    = "agent == 'opposition' and agents['proposition'].turns == 0"
      content = "Buses!"
      delay   = "1s"
    }
    reply {
      when    = "agent == 'floor'"
      content = "Sleep!"
      delay   = "1s"
    }
    reply {
      when    = "turns >= 3 and agent != 'judge'"
      content = "I CONCEDE"
    }
    reply {
      agent = agent.judge
      data  = { winner = "draw", reason = "Both gave up." }
    }
  }
  expect {
    outcome = "achieved"
    turns   = 7
  }
}

run "a side that fails fails the debate" {
  mock "script" {
    reply {
      when    = "agent != 'floor'"
      content = "Trains!"
    }
    fail {
      when = "agent == 'floor'"
      kind = "refusal"
    }
  }
  expect {
    outcome = "failed"
  }
  expect_error {
    ref = "agent.floor"
  }
}

run "seven turns are the most" {
  command = "plan"
  expect {
    max_turns = 7
  }
}

run "it is over after five minutes" {
  mock "script" {
    reply {
      when    = "true"
      content = "I am still thinking."
      delay   = "4m"
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

run "a verdict that forgets its form is asked for again" {
  mock "script" {
    reply {
      when    = "agent != 'judge'"
      content = "I CONCEDE."
    }
    reply {
      agent   = agent.judge
      content = "Nobody."
    }
    reply {
      agent = agent.judge
      data  = { winner = "draw", reason = "All gave up." }
    }
  }
  expect {
    outcome = "achieved"
    result  = "draw: All gave up."
  }
}
