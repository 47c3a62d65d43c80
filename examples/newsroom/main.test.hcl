# What the editor has others do, and what happens when somebody cannot.

run "two at once, then the proof, then the piece" {
  expect {
    outcome = "achieved"
  }
  assert "the piece is the editor's" {
    condition = "last.agent == 'editor' and result startsWith 'Trams on line 4 are late'"
  }
  assert "reporter and archivist worked at the same time" {
    condition = "elapsed < 0.35"
  }
  assert "the proof is a pattern of two" {
    condition = "agents['checker'].turns == 1 and agents['copy_desk'].turns == 1"
  }
}

run "a closed archive goes back to the editor as an error" {
  variables {
    archive = "closed"
  }
  expect {
    outcome = "achieved"
  }
  expect_error {
    ref = "agent.archivist"
  }
  assert "the others worked" {
    condition = "agents['reporter'].turns == 1 and agents['archivist'].turns == 0"
  }
}

run "an editor who knows it needs nobody" {
  mock "script" {
    reply {
      agent   = agent.editor
      content = "Because of the bridge."
    }
  }
  expect {
    outcome   = "achieved"
    speakers  = [agent.editor]
    max_calls = 1
    result    = "Because of the bridge."
  }
}

run "after five tasks the editor must answer" {
  mock "script" {
    reply {
      when  = "agent == 'editor'"
      times = 6
      tool_call {
        name      = "reporter"
        arguments = { task = "Ask again." }
      }
    }
    reply {
      when    = "agent == 'reporter'"
      content = "They say the same."
    }
    reply {
      agent   = agent.editor
      content = "They say the same."
    }
  }
  expect {
    outcome = "achieved"
    turns   = 6
    result  = "They say the same."
  }
  assert "five were done" {
    condition = "agents['reporter'].turns == 5"
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
