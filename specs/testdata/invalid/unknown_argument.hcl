provider "scripted" "p" {}
agent "a" {
  provider    = provider.p
  temprature  = 0.5 # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
