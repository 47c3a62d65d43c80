provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  name     = vars.x # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
