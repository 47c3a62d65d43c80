provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = "${upper(}" # ERROR AC2001 27-28: Invalid syntax
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
