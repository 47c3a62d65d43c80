# Four answers at once, and what the chair makes of them.

run "all four are heard before the chair" {
  expect {
    outcome  = "achieved"
    speakers = [agent.money, agent.people, agent.clients, agent.doubt, agent.chair]
    turns    = 5
  }
  assert "the answers stand in declared order, whoever was first" {
    condition = "messages[1].agent == 'money' and messages[4].agent == 'doubt'"
  }
  assert "they worked at the same time" {
    condition = "elapsed < 0.4"
  }
  assert "the recommendation has its form" {
    condition = "result.confidence == 0.7 and len(result.conditions) == 4"
  }
}

run "an expert who fails fails the panel" {
  mock "script" {
    reply {
      when    = "agent != 'chair'"
      content = "It depends."
    }
    fail {
      when = "agent == 'clients'"
      kind = "refusal"
    }
  }
  expect {
    outcome = "failed"
  }
  expect_error {
    ref = "agent.clients"
  }
  assert "the chair was not asked" {
    condition = "agents['chair'].turns == 0"
  }
}

run "an expert who takes too long ends it by the time limit" {
  mock "script" {
    reply {
      when    = "agent in ['money', 'people', 'clients']"
      content = "It depends."
    }
    reply {
      agent   = agent.doubt
      content = "I was right all along."
      delay   = "3m"
    }
  }
  expect {
    outcome = "exhausted"
    stop    = "limits.timeout"
  }
  assert "it took two minutes" {
    condition = "elapsed >= 120 and elapsed < 121"
  }
}

run "five turns are the most" {
  command = "plan"
  expect {
    max_turns = 5
  }
}

run "a chair that forgets the form is asked again" {
  mock "script" {
    reply {
      when    = "agent != 'chair'"
      content = "It depends."
    }
    reply {
      agent   = agent.chair
      content = "Yes."
    }
    reply {
      agent = agent.chair
      data  = { recommendation = "Yes.", confidence = 0.5, conditions = [] }
    }
  }
  expect {
    outcome = "achieved"
    result  = { recommendation = "Yes.", confidence = 0.5, conditions = [] }
  }
}
