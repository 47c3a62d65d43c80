provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  output { # ?
    type   = object({ x = string })
    schema = "{}"
  }
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
