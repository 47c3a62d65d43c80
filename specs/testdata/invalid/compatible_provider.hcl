provider "openai_compatible" "lab" {} # ERROR AC6101 1-35: Incomplete provider # ERROR AC6101: Incomplete provider
agent "a" { provider = provider.lab }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
