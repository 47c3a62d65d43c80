provider "scripted" "p" {}
agent "a" { provider = provider.p }

human "h" {}
pattern "auction" "x" {
  participants = [human.h] # ERROR AC6513 19-26: Wrong kind of participant
  manager      = agent.a
  max_rounds   = 2
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
