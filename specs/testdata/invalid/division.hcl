provider "scripted" "p" {}
agent "a" {
  provider   = provider.p
  max_tokens = 10 / 0 # ERROR AC4004 16-22: Value is out of range
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
