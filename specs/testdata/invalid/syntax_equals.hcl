provider "scripted" "p" {}
agent "a" {
  provider provider.p # ERROR AC2110 3-11: Block and argument confused # ERROR AC2001 20-21: Invalid syntax
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
