provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  output {
    type = object({ x = strin }) # ?
  }
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
