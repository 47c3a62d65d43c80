provider "scripted" "p" {}
agent "a" {
  provider    = provider.p
  temperature = 2.5 # ?
  top_p       = -0.1 # ?
  max_tokens  = 0 # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
