provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agnet" # ?
  agent = agent.a
}
