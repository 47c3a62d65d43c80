provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "router" "x" {
  default = agent.a
  route "r" { # ERROR AC6512 3-12: Route cannot be chosen
    describe = "Something"
    to       = agent.b
  }
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
