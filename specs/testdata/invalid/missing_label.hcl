provider "scripted" {} # ERROR AC2105 1-20: Wrong labels
provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
