provider "scripted" "p" {}
agent "a" {
  provider    = provider.p
  temprature  = 0.5 # ERROR AC2102 3-13: Unknown argument
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
