provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

human "h" {}

pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.r
  finalize {
    agent = human.h # ERROR AC3002 13-20: Wrong kind of reference
  }
}
