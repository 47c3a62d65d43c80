scenario = "scenario.hcl"

variables {
  topic = "rivers"
}

mock "fast" {
  reply {
    agent   = agent.writer
    when    = "input contains 'Begin' and turns == 0"
    content = "A draft about ${var.topic}."
    tool_call {
      name      = "look"
      arguments = { word = "river" }
    }
  }
  fail {
    call = 2
    kind = "rate_limit"
  }
}

mock_tool "look" {
  when   = "input.word == 'river'"
  result = { found = true }
  times  = 1
  delay  = "2s"
}

mock_tool "look" {
  fail = "nothing is known"
}

mock_tool "files" {
  tool   = "read"
  result = "text"
}

run "everything that there is" {
  session = session.one
  seed    = 7
  opening = "Go."
  say     = ["Well done.", { text = "Quick!", at = "30s" }, { text = "Mine.", from = "ann" }]
  variables {
    rounds = 3
  }
  mock "script" {
    strict = false
    reply {
      data = { score = 9 }
    }
  }
  approve "look" {
    allow = false
    by    = "ann"
    why   = "too dear"
    after = "1m"
    times = 2
  }
  expect {
    outcome    = "achieved"
    stop       = stop.good
    speakers   = [agent.writer, human.ann, "critic"]
    turns      = 3
    max_turns  = 4
    max_calls  = 9
    max_tokens = 5000
    max_cost   = 0.5
    result     = { score = 9 }
  }
  assert "events, and what is in them" {
    condition = "len(filter(events, .type == 'turn.started' && .turn > 0)) == 3 && events[0].data.template == 'one' && speakers[0] == 'writer'"
  }
  assert "the end" {
    condition = "stop == 'stop.good' && result.score > 8 && reason != '' && last.agent == 'critic' && var.rounds == 3"
  }
  snapshot = "snapshots/all.snap"
}

run "a plan" {
  command = "plan"
  session = "two"
  expect {
    max_cost = 10
  }
  assert "it is bounded" {
    condition = "plan.calls < 100 && plan.tokens != nil"
  }
}

run "the scenario is sound" {
  command = "validate"
}

run "a short topic" {
  command = "validate"
  variables {
    topic = "x"
  }
  expect_error {
    code     = "AC4103"
    contains = "must be a word"
    ref      = "var.topic"
  }
}

run "as it was" {
  session = session.one
  replay  = "one.ndjson"
}
