provider "scripted" "p" {}
agent "a" { provider = provider.p }

human "h" {}
pattern "chat" "x" {
  participants = [agent.a, human.h] # ERROR AC6513 28-35: Wrong kind of participant
}

session "s" {
  type    = "human_agent"
  pattern = pattern.x
}
