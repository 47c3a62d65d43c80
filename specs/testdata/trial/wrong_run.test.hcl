scenario = "scenario.hcl"

variables {
  tpic = "rivers" # ERROR AC4101 3-7: Unknown variable
}

mock "fats" { # ERROR AC9003 6-12: Mock of an unknown provider
  reply { content = "x" }
}

mock "fast" {
  reply {
    agent = agent.writter # ERROR AC3001: Unknown reference
    when  = "imput == ''" # ERROR AC5002 14-19: Unknown name
  }
  fail { # ERROR AC6104: Ambiguous scripted failure
    call = 1
    when = "true"
  }
}

mock_tool "sum" { # ERROR AC9004 11-16: Tool cannot be mocked
  result = 1
}

mock_tool "loook" { # ERROR AC9004 11-18: Tool cannot be mocked
  result = 1
}

mock_tool "look" {
  when   = "input.wort == 'x'" # ERROR AC5003 19-23: Unknown field
  result = 1
}

mock_tool "files" { # ERROR AC9004: Tool cannot be mocked
  result = 1
}

run "wrong all over" { # ERROR AC9005: No certain session
  say = [
    { at = "30s" }, # ERROR AC9006: Invalid message
  ]
  approve "files" {} # ERROR AC9009: Does not go together
  approve "lok" {} # ERROR AC3001: Unknown reference
  expect {
    outcome  = "achived" # ERROR AC4003: Value is not allowed
    stop     = stop.god # ERROR AC3001: Unknown reference
    speakers = [agent.writer, "criticc"] # ERROR AC3001: Unknown reference
    turns    = -1 # ERROR AC4004: Value is out of range
  }
  assert "always" {
    condition = "1 + 1 == 2" # ERROR AC9007: Condition is always the same
  }
  assert "unknown" {
    condition = "turn == 3" # ERROR AC5002 18-22: Unknown name
  }
  assert "types" {
    condition = "len(speakers) == 'x'" # ERROR AC5004: Types do not fit
  }
  assert "fields" {
    condition = "any(events, .typ == 'x')" # ERROR AC5003: Unknown field
  }
}
