provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  output { # ERROR AC4014 3-9: Not exactly one of type and schema
    type   = object({ x = string })
    schema = "{}"
  }
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
