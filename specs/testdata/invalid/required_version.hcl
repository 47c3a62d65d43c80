agentconnect {
  required_version = ">= 99.0" # ERROR AC2002 22-31: Unsupported version
}
provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
