provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  capabilities = "talk" # ERROR AC4002 18-24: Wrong type
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
