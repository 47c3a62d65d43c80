import { from = "./nowhere.hcl" } # ERROR AC1001 17-32: Cannot read file
provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
