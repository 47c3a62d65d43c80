provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "blackboard" "x" { # ERROR AC6530 1-25: Nobody can act
  participants    = [agent.a, agent.b]
  goal            = "turns > 2"
  max_activations = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
