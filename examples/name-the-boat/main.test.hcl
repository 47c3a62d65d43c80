# Who is drawn, and when they agree.

run "the seed of the scenario draws an order" {
  snapshot = "order.snap"
  expect {
    outcome = "achieved"
    stop    = stop.named
  }
  assert "nobody is drawn twice in a row" {
    condition = "none(1..len(speakers)-1, speakers[#] == speakers[#-1])"
  }
}

# Recorded by run --record: what was said then is given, what follows from it is
# decided again.
run "an evening that was recorded comes about again" {
  replay = "evening.ndjson"
  expect {
    stop = stop.named
  }
  assert "Jon has the last word" {
    condition = "last.agent == 'jon' and turns == 5"
  }
}

run "another seed is another order" {
  variables {
    seed = 1
  }
  assert "it is drawn among all three" {
    condition = "all(speakers, # in ['ida', 'jon', 'per'])"
  }
}

run "without an agreement there are two rounds" {
  mock "script" {
    reply {
      when    = "true"
      content = "Tern?"
    }
  }
  expect {
    outcome = "achieved"
    turns   = 6
  }
}

run "whoever agrees ends it" {
  mock "script" {
    reply {
      when    = "true"
      content = "Agreed: Tern."
    }
  }
  expect {
    outcome = "achieved"
    stop    = stop.named
    turns   = 1
    result  = "Agreed: Tern."
  }
}
