provider "scripted" "p" {
  reply { # ERROR AC6106 3-8: Failing reply says something
    content = "Nobody hears this."
    fail    = "overloaded"
  }
  reply {
    content = "This breaks off in the middle."
    fail    = "cut"
  }
}
agent "a" { provider = provider.p }
session "s" { agent = agent.a }
