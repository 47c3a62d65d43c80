provider "scripted" "p" {}
agent "a" {
  provider = "p" # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
