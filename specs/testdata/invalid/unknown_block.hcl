providr "scripted" "p" {} # ERROR AC2101 1-8: Unknown block
provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
