provider "scripted" "p" {}
agent "a" { provider = provider.p }

human "h" {}
pattern "loop" "l" {
  participants   = [agent.a]
  critic         = human.h # ERROR AC6513 20-27: Wrong kind of participant
  max_iterations = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.l
}
