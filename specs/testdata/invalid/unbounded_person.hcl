provider "scripted" "p" {}
agent "a" { provider = provider.p }
human "h" {}
pattern "round_robin" "r" { # ERROR AC7001: Session might never end
  participants = [agent.a, human.h]
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
}
