provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "blackboard" "x" {
  participants    = [agent.a]
  goal            = "turns > 2"
  max_activations = 3
  rule {
    run = agent.b # ERROR AC6507 11-18: Not a participant
  }
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
