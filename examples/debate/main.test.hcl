# What happens in the debate, without a model: agentconnect test examples/debate

run "they find common ground and the judge speaks" {
  expect {
    outcome  = "achieved"
    speakers = [agent.optimist, agent.skeptic, agent.optimist, agent.skeptic, agent.optimist, agent.skeptic, agent.judge]
    turns    = 7
  }
  assert "the pattern came to its end" {
    condition = "reason contains 'pattern.debate is done'"
  }
  assert "the verdict is the result" {
    condition = "result startsWith data.judge.winner + ': ' and data.judge.score == 8"
  }
  assert "the stop ended the exchange, not the session" {
    condition = "any(events, .type == 'stop.fired' and .data.action == 'leave')"
  }
}

run "without common ground they have four rounds" {
  mock "script" {
    reply {
      when    = "agent == 'optimist'"
      content = "Close the streets."
    }
    reply {
      when    = "agent == 'skeptic'"
      content = "Keep them open."
    }
    reply {
      agent = agent.judge
      data  = { winner = "draw", score = 5, reason = "Nobody moved." }
    }
  }
  expect {
    outcome = "achieved"
    turns   = 9
    result  = "draw: Nobody moved."
  }
  assert "common ground counts only from the fourth turn on" {
    condition = "none(events, .type == 'stop.fired') and agents['optimist'].turns == 4"
  }
}

run "words of agreement in the first round end nothing" {
  mock "script" {
    reply {
      when    = "agent == 'optimist'"
      content = "COMMON GROUND, surely?"
    }
    reply {
      when    = "agent == 'skeptic'"
      content = "Not yet."
    }
    reply {
      agent = agent.judge
      data  = { winner = "skeptic", score = 6, reason = "Patience." }
    }
  }
  expect {
    outcome = "achieved"
    turns   = 6
  }
}

run "a verdict that does not fit is asked for again" {
  mock "script" {
    reply {
      when    = "agent != 'judge'"
      content = "COMMON GROUND."
    }
    reply {
      agent   = agent.judge
      content = "The skeptic, I think."
    }
    reply {
      agent = agent.judge
      data  = { winner = "skeptic", score = 7, reason = "Shorter." }
    }
  }
  expect {
    outcome   = "achieved"
    result    = "skeptic: Shorter."
    max_calls = 6
  }
}

run "a model that fails ends the debate" {
  mock "script" {
    reply { content = "Close the streets." }
    fail {
      call = 2
      kind = "refusal"
    }
  }
  expect {
    outcome = "failed"
  }
  expect_error {
    ref = "agent.skeptic"
  }
}

run "a motion is a sentence" {
  command = "validate"
  variables {
    motion = "Cats?"
  }
  expect_error {
    contains = "full sentence"
    ref      = "var.motion"
  }
}

run "it stays within its means" {
  command = "plan"
  expect {
    max_turns  = 9
    max_calls  = 81
    max_tokens = 40000
  }
}

run "it is over after five minutes, whoever is thinking" {
  mock "script" {
    reply {
      when    = "true"
      content = "I am still thinking."
      delay   = "70s"
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

run "who writes too much ends it by the budget" {
  mock "script" {
    reply {
      agent   = agent.optimist
      content = "Close the streets."
      usage {
        input_tokens  = 39000
        output_tokens = 300
      }
    }
    reply {
      when    = "agent == 'skeptic'"
      content = "Keep them open."
    }
    reply {
      agent   = agent.optimist
      content = "Close them."
    }
  }
  expect {
    outcome = "exhausted"
    stop    = "limits.max_tokens"
  }
  assert "a call that might pass the budget is not made" {
    condition = "usage.total_tokens <= 40000"
  }
}
