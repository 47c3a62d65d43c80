provider "scripted" "p" {}
agent "a" {
  provider   = provider.p
  max_tokens = 10 / 0 # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
