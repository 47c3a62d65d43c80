provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agnet" # ERROR AC4003 11-24: Value is not allowed
  agent = agent.a
}
