provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  name     = 'Ann' # ERROR AC2001 14-15: Invalid syntax
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
