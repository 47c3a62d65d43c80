provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "router" "x" {
  default = agent.a
  route "r" {
    when = "turns > 0"
    to   = agent.b
  }
  route "r" { # ?
    when = "turns > 1"
    to   = agent.b
  }
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
