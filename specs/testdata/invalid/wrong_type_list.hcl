provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  capabilities = "talk" # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
