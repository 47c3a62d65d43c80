provider "scripted" "p" {}
agent "a" {
  provider   = provider.p
  max_tokens = "many" # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
