provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
  start = "auto" # ERROR AC4013 11-17: Nothing to start with
}
