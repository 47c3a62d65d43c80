provider "opnai" "p" {} # ERROR AC2107 10-17: Unknown kind
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
