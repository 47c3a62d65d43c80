# What becomes of a document, and what of one that contradicts itself.

run "a sound invoice becomes a record" {
  expect {
    outcome  = "achieved"
    speakers = [agent.reader, agent.checker]
  }
  assert "the sums are those of its lines" {
    condition = "result.invoice.net == sum(data.reader.lines, .amount) and result.invoice.total == 5151.6"
  }
  assert "the remarks go with it" {
    condition = "result.document == var.document and len(result.remarks) == 2"
  }
}

run "money that does not add up is not passed on" {
  variables {
    document = "invoice-0433.txt"
  }
  expect {
    outcome = "blocked"
    stop    = stop.does_not_add_up
    turns   = 2
  }
  assert "the reason has words for a person" {
    condition = "reason contains 'a person must look at it'"
  }
}

run "a record of another form is asked for again" {
  mock "script" {
    reply {
      agent   = agent.reader
      content = "{\"supplier\": \"Papier Brandl\"}"
    }
    reply {
      agent = agent.reader
      data  = { supplier = "B", number = "1", issued = "2026-01-01", due = "2026-01-15", currency = "EUR", lines = [], net = 0, tax = 0, total = 0 }
    }
    reply {
      agent = agent.checker
      data  = { consistent = true, remarks = [] }
    }
  }
  expect {
    outcome   = "achieved"
    turns     = 2
    max_calls = 3
  }
}

run "who never gives a record fails" {
  mock "script" {
    reply {
      when    = "agent == 'reader'"
      content = "I cannot read this."
    }
  }
  expect {
    outcome = "failed"
  }
  expect_error {
    ref = "agent.reader"
  }
  assert "it was asked three times" {
    condition = "calls == 3"
  }
}

run "a file that is not there is found before anything runs" {
  command = "validate"
  variables {
    document = "invoice-9999.txt"
  }
  expect_error {
    contains = "no such file in inbox/"
    ref      = "var.document"
  }
}

run "a checker who forgets the form is asked again" {
  mock "script" {
    reply {
      agent = agent.reader
      data  = { supplier = "B", number = "1", issued = "2026-01-01", due = "2026-01-15", currency = "EUR", lines = [], net = 0, tax = 0, total = 0 }
    }
    reply {
      agent   = agent.checker
      content = "It adds up."
    }
    reply {
      agent = agent.checker
      data  = { consistent = true, remarks = [] }
    }
  }
  expect {
    outcome   = "achieved"
    max_calls = 3
  }
}

run "a document is given up after ninety seconds" {
  mock "script" {
    reply {
      when    = "true"
      content = "One moment."
      delay   = "2m"
    }
  }
  expect {
    outcome = "exhausted"
    stop    = "limits.timeout"
  }
}
