provider "scripted" "p" {}
agent "a" { provider = provider.p }

session "s" { # ?
  agent = agent.a
}
