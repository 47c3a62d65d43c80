provider "scripted" "p" {}
agent "a" {
  provider = "p" # ERROR AC4002 14-17: Wrong type
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
