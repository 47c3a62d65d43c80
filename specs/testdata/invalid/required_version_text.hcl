agentconnect {
  required_version = "newest" # ERROR AC2003 22-30: Invalid version constraint
}
provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
