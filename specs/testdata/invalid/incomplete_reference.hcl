provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent # ERROR AC3005 11-16: Incomplete reference
}
