provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "router" "x" {
  default    = agent.a
  classifier = agent.b
  route "r" { # ERROR AC6512: Route cannot be chosen
    to = agent.b
  }
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
