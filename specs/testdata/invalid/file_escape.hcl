provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = file("../../codes_check.go") # ERROR AC1005 18-23: Outside of the scenario's directory
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
