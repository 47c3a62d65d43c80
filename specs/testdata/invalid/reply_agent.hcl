provider "scripted" "p" {
  reply {
    agent   = agent.bb # ERROR AC3001 15-23: Unknown reference
    content = "x"
  }
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
