import { from = "" } # ERROR AC1201 17-19: Invalid import
provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
