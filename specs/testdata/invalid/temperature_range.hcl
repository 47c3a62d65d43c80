provider "scripted" "p" {}
agent "a" {
  provider    = provider.p
  temperature = 2.5 # ERROR AC4004 17-20: Value is out of range
  top_p       = -0.1 # ERROR AC4004 17-21: Value is out of range
  max_tokens  = 0 # ERROR AC4004 17-18: Value is out of range
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
