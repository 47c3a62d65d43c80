# Who gets the floor, what an unusable choice does, and who has the last word.

run "the host chooses, corrects itself, and ends the talk" {
  expect {
    outcome  = "achieved"
    speakers = [agent.editor, agent.rights, agent.sales, agent.host]
  }
  assert "the author is not at the table: the host was asked again" {
    condition = "calls == 8 and none(speakers, # == 'author')"
  }
  assert "the last word is the result" {
    condition = "result startsWith 'We publish it' and last.agent == 'host'"
  }
}

run "a host who names nobody leaves the floor to the editor" {
  mock "script" {
    reply {
      when  = "agent == 'host'"
      times = 3
      data  = { next = "author", end = false }
    }
    reply {
      agent   = agent.editor
      content = "Then I begin."
    }
    reply {
      agent = agent.host
      data  = { end = true, final = "Done." }
    }
  }
  expect {
    outcome  = "achieved"
    speakers = [agent.editor, agent.host]
    result   = "Done."
  }
  assert "the fallback is in the log, never silent" {
    condition = "any(events, .type == 'pattern.chosen' and .data.by == 'fallback')"
  }
}

run "nobody speaks twice in a row, and after eight rounds it is over" {
  mock "script" {
    reply {
      when = "agent == 'host'"
      data = { next = "sales", end = false }
    }
    reply {
      when    = "agent == 'sales'"
      content = "Three thousand."
    }
    reply {
      when    = "agent == 'editor'"
      content = "Cut it."
    }
  }
  expect {
    outcome  = "achieved"
    speakers = flatten([for n in range(4) : [agent.sales, agent.editor]])
  }
  assert "the round limit ended it" {
    condition = "reason contains 'max_rounds'"
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
