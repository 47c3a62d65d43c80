provider "scripted" "p" {}
agent "a" { provider = provider.p }
human "a" {} # ERROR AC3003 7-10: Name is taken

session "s" {
  type  = "human_agent"
  agent = agent.a
}
