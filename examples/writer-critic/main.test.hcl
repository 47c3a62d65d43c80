# When a draft is good enough, and what happens when none is.

run "the third draft is accepted" {
  expect {
    outcome  = "achieved"
    speakers = [agent.writer, agent.critic, agent.writer, agent.critic, agent.writer, agent.critic]
  }
  assert "the draft is the result, not the verdict" {
    condition = "result contains 'the last boat back is at 22:10' or result contains 'The last boat back is at 22:10'"
  }
}

run "after two attempts the best draft counts" {
  variables {
    attempts = 2
  }
  expect {
    outcome = "exhausted"
    turns   = 4
  }
  assert "it is the second one, which has seven points" {
    condition = "result contains 'so you can stay for dessert'"
  }
}

run "the best draft need not be the last" {
  variables {
    attempts = 2
  }
  mock "script" {
    reply {
      agent   = agent.writer
      content = "Good."
    }
    reply {
      agent = agent.critic
      data  = { accept = false, feedback = "Nearly.", score = 8 }
    }
    reply {
      agent   = agent.writer
      content = "Worse."
    }
    reply {
      agent = agent.critic
      data  = { accept = false, feedback = "No.", score = 2 }
    }
  }
  expect {
    outcome = "exhausted"
    result  = "Good."
  }
}

run "feedback goes back in" {
  mock "script" {
    reply {
      agent   = agent.writer
      content = "First."
    }
    reply {
      agent = agent.critic
      data  = { accept = false, feedback = "Shorter!", score = 3 }
    }
    reply {
      agent   = agent.writer
      when    = "any(messages, .agent == 'critic' and .content contains 'Shorter!')"
      content = "1."
    }
    reply {
      agent = agent.critic
      data  = { accept = true, feedback = "", score = 9 }
    }
  }
  expect {
    outcome = "achieved"
    result  = "1."
  }
}

run "a critic without a score is asked again" {
  mock "script" {
    reply {
      agent   = agent.writer
      content = "A draft."
    }
    reply {
      agent   = agent.critic
      content = "{\"accept\": true, \"feedback\": \"Fine.\"}"
    }
    reply {
      agent = agent.critic
      data  = { accept = true, feedback = "Fine.", score = 7 }
    }
  }
  expect {
    outcome   = "achieved"
    turns     = 2
    max_calls = 3
    result    = "A draft."
  }
}

run "nobody tries nine times" {
  command = "validate"
  variables {
    attempts = 9
  }
  expect_error {
    contains = "One to eight attempts"
  }
}

run "four attempts are eight turns" {
  command = "plan"
  expect {
    max_turns = 8
  }
}

run "it is over after three minutes" {
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
    condition = "elapsed >= 180 and elapsed < 181"
  }
}
