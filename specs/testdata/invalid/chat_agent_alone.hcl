provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "agent_agent"
  agent = agent.a # ERROR AC6515 11-18: Chat without a person
}
