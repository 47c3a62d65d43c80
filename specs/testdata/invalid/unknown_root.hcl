provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  name     = vars.x # ERROR AC3001 14-20: Unknown reference
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
