provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  name     = 'Ann' # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
