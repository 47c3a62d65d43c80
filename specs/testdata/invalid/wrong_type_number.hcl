provider "scripted" "p" {}
agent "a" {
  provider   = provider.p
  max_tokens = "many" # ERROR AC4002 16-22: Wrong type
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
