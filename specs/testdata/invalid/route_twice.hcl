provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "router" "x" {
  default = agent.a
  route "r" {
    when = "turns > 0"
    to   = agent.b
  }
  route "r" { # ERROR AC3003 9-12: Name is taken
    when = "turns > 1"
    to   = agent.b
  }
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
