provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = file("../../codes_check.go") # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
