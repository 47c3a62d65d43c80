provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "x" { # WARNING AC6704 1-26: No session
  participants = [agent.a]
  max_rounds   = 1
}
pattern "round_robin" "y" {
  participants = [agent.b]
  max_rounds   = 1
}
