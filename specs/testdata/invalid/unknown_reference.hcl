provider "scripted" "fast" {}
agent "a" {
  provider = provider.fats # ERROR AC3001 14-27: Unknown reference
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
