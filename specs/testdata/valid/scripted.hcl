# Everything a scripted provider can do.
# BOUND talk: 6 turns, 54 calls
provider "scripted" "p" {
  strict = true
  reply {
    agent   = agent.a
    when    = "call == 1 and input contains 'hello'"
    times   = 2
    content = "Hello yourself."
    delay   = "10ms"
    usage {
      input_tokens  = 10
      output_tokens = 3
    }
  }
  reply {
    data = { accept = true, feedback = "good", score = 8 }
  }
  reply {
    tool_call {
      name      = "add"
      arguments = { a = 1, b = 2 }
    }
    tool_call {
      name      = "add"
      arguments = { a = 3, b = 4 }
    }
  }
  fail {
    call        = 3
    kind        = "rate_limit"
    retry_after = "1s"
  }
  fail {
    when = "agent == 'b' and turns > 3"
    kind = "overloaded"
  }
}

agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "talk" {
  participants = [agent.a, agent.b]
  max_turns    = 6
}

session "talk" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "hello"
}
