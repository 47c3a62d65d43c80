provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = "日本語 🦊 ${local.x} äöü" # ERROR AC3001 27-34: Unknown reference
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
