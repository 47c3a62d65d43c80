provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = file("missing.md") # ERROR AC1001 18-23: Cannot read file
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
