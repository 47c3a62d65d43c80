agentconnect {
  required_version = ">= 99.0" # ?
}
provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
