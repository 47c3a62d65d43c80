provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  models   = [provider.p] # ERROR AC6201 14-26: Provider and models
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
