# From the page to the report: what is risky is asked about, what does not help
# is decided again.

variables {
  service  = "checkout"
  patience = "10m"
}

run "without an objection the room goes on" {
  stay = true
  expect {
    outcome = "achieved"
    speakers = [
      agent.metrics, agent.database, agent.deploys, agent.commander, agent.operator, agent.monitoring,
      agent.commander, agent.operator, agent.monitoring, agent.scribe,
    ]
  }
  assert "it has waited ten minutes for the person on call" {
    condition = "elapsed > 600 and elapsed < 602"
  }
  assert "only the risky action was asked about" {
    condition = "count(events, .type == 'turn.started' and .agent == 'on_call') == 1"
  }
}

run "an objection is heard" {
  say = [{ text = "One zone first, please.", from = "on_call" }]
  expect {
    outcome = "achieved"
  }
  assert "the operator did it" {
    condition = "any(messages, .agent == 'operator' and .content contains 'rolling back one zone first')"
  }
  assert "nobody waited" {
    condition = "elapsed < 2"
  }
}

run "what never helps is decided three times, then it is reported" {
  mock "script" {
    reply {
      when    = "agent in ['metrics', 'database', 'deploys']"
      content = "I see nothing."
    }
    reply {
      when = "agent == 'commander'"
      data = { action = "Wait.", risky = false, because = "It may pass.", check_within = "5 minutes" }
    }
    reply {
      when    = "agent == 'operator'"
      content = "Waited."
    }
    reply {
      when = "agent == 'monitoring'"
      data = { healthy = false, numbers = "One in four." }
    }
    reply {
      agent   = agent.scribe
      content = "It is not over."
    }
  }
  expect {
    stop   = "pattern"
    result = "It is not over."
  }
  assert "three decisions were made" {
    condition = "agents['commander'].turns == 3 and agents['operator'].turns == 3"
  }
  assert "it was never healthy" {
    condition = "not data.monitoring.healthy"
  }
  assert "nobody was asked about what is not risky" {
    condition = "none(events, .agent == 'on_call')"
  }
}

run "a specialist who cannot be reached ends it" {
  mock "script" {
    reply {
      when    = "agent in ['metrics', 'deploys']"
      content = "I see nothing."
    }
    fail {
      when = "agent == 'database'"
      kind = "refusal"
    }
  }
  expect {
    outcome = "failed"
  }
  expect_error {
    ref = "agent.database"
  }
}

run "decisions and numbers have their form" {
  mock "script" {
    reply {
      when    = "agent in ['metrics', 'database', 'deploys']"
      content = "I see nothing."
    }
    reply {
      when    = "agent in ['commander', 'monitoring'] and not (input contains 'not valid JSON')"
      content = "Restart it."
    }
    reply {
      agent = agent.commander
      data  = { action = "Restart.", risky = false, because = "It helps.", check_within = "1 minute" }
    }
    reply {
      agent   = agent.operator
      content = "Done."
    }
    reply {
      agent = agent.monitoring
      data  = { healthy = true, numbers = "0.1 percent" }
    }
    reply {
      agent   = agent.scribe
      content = "It is over."
    }
  }
  expect {
    outcome = "achieved"
    turns   = 7
    result  = "It is over."
  }
}

run "a commander who cannot decide does not block the room for ever" {
  mock "script" {
    reply {
      when    = "agent in ['metrics', 'database', 'deploys']"
      content = "I see nothing."
    }
    reply {
      agent   = agent.commander
      content = "Hm."
      delay   = "20m"
    }
  }
  expect {
    outcome = "failed"
  }
  expect_error {
    ref = "agent.commander"
  }
  assert "fifteen minutes are waited" {
    condition = "elapsed >= 900 and elapsed < 901"
  }
}
