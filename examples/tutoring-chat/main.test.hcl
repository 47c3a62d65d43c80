# A lesson with a person: who answers, and how it ends.

run "a lesson to its goodbye" {
  say = [
    "It is how steep it is.",
    "The same!",
    "I divide the one by the other.",
    "-2, downhill",
    "Dr Weiss, a task please",
    "@examiner I think 3",
    "Thank you, bye!",
  ]
  expect {
    outcome  = "achieved"
    stop     = stop.goodbye
    speakers = [agent.tutor, agent.tutor, agent.tutor, agent.tutor, agent.examiner, agent.examiner, agent.tutor]
  }
  assert "the opening is the tutor's, without a call" {
    condition = "first.agent == 'tutor' and first.content contains 'the slope of a straight line' and calls == 7"
  }
}

run "each message gets one answer" {
  say = ["Hm.", "Hm?", "Hm!"]
  mock "script" {
    reply {
      when    = "agent == 'tutor'"
      content = "Go on."
    }
  }
  expect {
    outcome  = "achieved"
    speakers = [agent.tutor, agent.tutor, agent.tutor]
  }
  assert "whoever leaves ends it" {
    condition = "len(messages) == 7"
  }
}

run "the examiner's goodbye is not the tutor's" {
  say = ["Dr Weiss, a task please"]
  mock "script" {
    reply {
      agent   = agent.examiner
      content = "See you next time."
    }
  }
  assert "the lesson goes on until the student leaves" {
    condition = "stop != 'stop.goodbye' and agents['examiner'].turns == 1"
  }
}

run "messages that come too fast are answered one after the other" {
  say = [{ text = "First", at = "1s" }, { text = "Second", at = "2s" }]
  mock "script" {
    reply {
      when    = "agent == 'tutor'"
      content = "Go on."
      delay   = "10s"
    }
  }
  expect {
    outcome  = "achieved"
    speakers = [agent.tutor, agent.tutor]
  }
  assert "the second answer comes after the first" {
    condition = "elapsed >= 20"
  }
}

run "a silent student makes the lesson expire" {
  stay = true
  expect {
    outcome = "expired"
  }
  assert "after twenty minutes" {
    condition = "reason == 'nobody said anything for 20m0s' and calls == 0"
  }
}

run "an open end is bounded for each message" {
  command = "plan"
  expect {
    max_turns = 1
  }
}
