provider "scripted" "p" {
  fail {
    call = 1
    kind = "timeout" # ERROR AC4003 12-21: Value is not allowed
  }
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
