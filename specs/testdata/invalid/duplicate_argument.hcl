provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  name     = "x"
  name     = "y" # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
