provider "scripted" "fast" {}
agent "a" {
  provider = provider.fats # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
