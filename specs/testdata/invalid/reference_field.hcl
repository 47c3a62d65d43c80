provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = "Use ${provider.p.model}" # ERROR AC3007 25-41: Reference has no fields
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
