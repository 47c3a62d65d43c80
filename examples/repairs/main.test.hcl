# Who bids, who gets the task, and what nobody wants.

run "the best bid does each task" {
  expect {
    outcome = "achieved"
  }
  assert "the plumber got the radiator, the electrician the lamp" {
    condition = "count(messages, .agent == 'plumber' and .content startsWith 'There was air') == 1 and count(messages, .agent == 'electrician' and .content startsWith 'A wire') == 1"
  }
  assert "those who cannot do it do not bid" {
    condition = "agents['plumber'].turns == 2 and agents['electrician'].turns == 3"
  }
  assert "the dispatcher sums up" {
    condition = "last.agent == 'dispatcher' and result endsWith 'Nothing is left for today.'"
  }
}

run "a bid below three does not count" {
  mock "script" {
    reply {
      agent = agent.dispatcher
      data  = { done = false, task = "Warm the radiator.", needs = ["heating"] }
    }
    reply {
      agent = agent.plumber
      data  = { score = 2, reason = "not today" }
    }
    reply {
      agent = agent.electrician
      data  = { score = 1, reason = "never" }
    }
    reply {
      agent = agent.dispatcher
      data  = { done = true }
    }
    reply {
      agent   = agent.dispatcher
      content = "It stays cold."
    }
  }
  expect {
    outcome = "achieved"
    result  = "It stays cold."
  }
  assert "both bid, nobody worked" {
    condition = "agents['plumber'].turns == 1 and agents['electrician'].turns == 1"
  }
}

run "of equal bids the first in the list counts" {
  mock "script" {
    reply {
      agent = agent.dispatcher
      data  = { done = false, task = "Warm the radiator.", needs = ["heating"] }
    }
    reply {
      agent = agent.electrician
      data  = { score = 5, reason = "I may" }
    }
    reply {
      agent = agent.plumber
      data  = { score = 5, reason = "I may" }
    }
    reply {
      agent   = agent.plumber
      content = "It is warm."
    }
    reply {
      agent = agent.dispatcher
      data  = { done = true }
    }
    reply {
      agent   = agent.dispatcher
      content = "It is warm."
    }
  }
  expect {
    outcome = "achieved"
  }
  assert "the plumber went" {
    condition = "agents['plumber'].turns == 2 and agents['electrician'].turns == 1"
  }
}

run "three tasks are enough for a day" {
  mock "script" {
    reply {
      when = "agent == 'dispatcher' and agents['plumber'].turns < 6"
      data = { done = false, task = "Warm the next radiator.", needs = ["heating"] }
    }
    reply {
      when = "agent == 'electrician'"
      data = { score = 1, reason = "no" }
    }
    reply {
      when = "agent == 'plumber' and input contains 'Bid for this task'"
      data = { score = 9, reason = "yes" }
    }
    reply {
      when    = "agent == 'plumber'"
      content = "It is warm."
    }
    reply {
      agent   = agent.dispatcher
      content = "The rest is for tomorrow."
    }
  }
  assert "the plumber bid and worked three times" {
    condition = "agents['plumber'].turns == 6 and rounds == 3"
  }
}
