import { from = "../../../go.mod" } # ERROR AC1005 17-34: Outside of the scenario's directory
provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
