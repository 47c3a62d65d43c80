provider "scripted" "p" {}
agent "a" {
  models = [provider.p, provider.p] # ERROR AC6001: Listed twice
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
