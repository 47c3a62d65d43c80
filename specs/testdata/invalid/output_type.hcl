provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  output {
    type = object({ x = strin }) # ERROR AC4009 25-30: Invalid type
  }
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
