provider "scripted" "p" {
  fail { # ERROR AC6104 3-7: Ambiguous scripted failure
    call = 1
    when = "call == 1"
    kind = "cut"
  }
  fail { # ERROR: Ambiguous scripted failure
    kind = "cut"
  }
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
