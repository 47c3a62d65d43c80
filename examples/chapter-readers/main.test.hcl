# A reader for each chapter, as many as the editor names.

run "three chapters, three readers, one decision" {
  expect {
    outcome = "achieved"
    turns   = 5
  }
  assert "the answers stand in the order of the list" {
    condition = "messages[2].content startsWith 'Page 31' and messages[3].content startsWith 'Page 88'"
  }
  assert "the slow one was not waited for by the others" {
    condition = "elapsed < 0.35"
  }
}

run "an empty list needs no reader" {
  mock "script" {
    reply {
      agent = agent.editor
      data  = { chapters = [] }
    }
    reply {
      agent   = agent.publisher
      content = "Print it."
    }
  }
  expect {
    outcome  = "achieved"
    speakers = [agent.editor, agent.publisher]
    result   = "Print it."
  }
}

run "seven chapters are more than there may be" {
  mock "script" {
    reply {
      agent = agent.editor
      data  = { chapters = [for n in range(7) : { title = tostring(n), look_for = "commas" }] }
    }
  }
  expect {
    outcome  = "failed"
    speakers = [agent.editor]
  }
  expect_error {
    contains = "there are 7 items, and max_items is 6"
  }
}

run "a list without titles is asked for again" {
  mock "script" {
    reply {
      agent   = agent.editor
      content = "{\"chapters\": [\"6\"]}"
    }
    reply {
      agent = agent.editor
      data  = { chapters = [{ title = "6", look_for = "commas" }] }
    }
    reply {
      agent   = agent.reader
      content = "Two are missing."
    }
    reply {
      agent   = agent.publisher
      content = "Add them."
    }
  }
  expect {
    outcome   = "achieved"
    turns     = 3
    max_calls = 4
  }
}

run "a reader who fails fails the manuscript" {
  mock "script" {
    reply {
      agent = agent.editor
      data  = { chapters = [{ title = "1", look_for = "commas" }, { title = "2", look_for = "commas" }] }
    }
    reply {
      agent   = agent.reader
      when    = "input contains '\"1\"'"
      content = "None."
    }
    fail {
      when = "input contains '\"2\"'"
      kind = "refusal"
    }
  }
  expect {
    outcome = "failed"
  }
  expect_error {
    ref = "agent.reader"
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

run "six chapters are three readers at a time" {
  mock "script" {
    reply {
      agent = agent.editor
      data  = { chapters = [for n in range(6) : { title = tostring(n), look_for = "commas" }] }
    }
    reply {
      when    = "agent == 'reader'"
      content = "None."
      delay   = "10s"
    }
    reply {
      agent   = agent.publisher
      content = "Print it."
    }
  }
  expect {
    outcome = "achieved"
    turns   = 8
  }
  assert "in two waves" {
    condition = "elapsed >= 20 and elapsed < 21"
  }
}
