# Three sections at once, one text, and a post that is short enough.

variables {
  version = "2.3"
}

run "the second post is short enough" {
  expect {
    outcome  = "achieved"
    speakers = [agent.features, agent.fixes, agent.upgrading, agent.editor, agent.announcer, agent.announcer]
  }
  assert "the result has both texts" {
    condition = "result.notes startsWith 'Tideline 2.3' and len(result.post) <= var.post_limit"
  }
}

run "a longer post is allowed to be longer" {
  variables {
    post_limit = 400
  }
  expect {
    outcome = "achieved"
    turns   = 5
  }
}

run "a post that stays too long is kept after three attempts" {
  mock "script" {
    reply {
      when    = "agent != 'announcer'"
      content = "Something is new."
    }
    reply {
      agent   = agent.announcer
      content = join(" ", [for n in range(60) : "first"])
    }
    reply {
      agent   = agent.announcer
      content = join(" ", [for n in range(60) : "second"])
    }
    reply {
      agent   = agent.announcer
      content = join(" ", [for n in range(60) : "third"])
    }
  }
  expect {
    outcome = "achieved"
    turns   = 7
  }
  assert "the last one is it" {
    condition = "result.post startsWith 'third'"
  }
}

run "the editor sees the sections alone" {
  mock "script" {
    reply {
      when    = "agent in ['features', 'fixes', 'upgrading']"
      content = "The section."
    }
    reply {
      agent   = agent.editor
      when    = "not (input contains '0181')"
      content = "The notes."
    }
    reply {
      agent   = agent.announcer
      content = "The post."
    }
  }
  expect {
    outcome = "achieved"
    result  = { notes = "The notes.", post = "The post." }
  }
}

run "without a version nothing is written" {
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
      delay   = "2m"
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
