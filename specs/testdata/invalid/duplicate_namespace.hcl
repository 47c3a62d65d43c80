provider "scripted" "p" {}
agent "a" { provider = provider.p }
human "a" {} # ?

session "s" {
  type  = "human_agent"
  agent = agent.a
}
