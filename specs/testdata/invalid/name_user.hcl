provider "scripted" "p" {}
agent "user" { provider = provider.p } # ERROR AC3004 7-13: Name is reserved
session "s" {
  type  = "human_agent"
  agent = agent.user
}
