# The orchestration, without a model: who speaks, when the exchange ends, and
# what the session comes to.

run "common ground gives the judge the last word" {
  expect {
    outcome   = "achieved"
    stop      = "pattern"
    speakers  = [agent.optimist, agent.skeptic, agent.optimist, agent.skeptic, agent.optimist, agent.skeptic, agent.judge]
    max_calls = 7
  }
  assert "the exchange is left early, by its own condition" {
    condition = "any(events, .type == 'stop.fired' && .data.reason.stop == 'stop.common_ground')"
  }
  assert "the judge answers in form" {
    condition = "data.judge.winner in ['optimist', 'skeptic', 'draw'] && turns == 7"
  }
}

run "without common ground all rounds are spoken" {
  mock "script" {
    strict = false
    reply {
      agent = agent.judge
      data  = { winner = "draw", score = 5, reason = "Neither moved." }
    }
  }
  expect {
    outcome = "achieved"
    turns   = 9
    result  = "draw: Neither moved."
  }
}
