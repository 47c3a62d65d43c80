provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = 3
}
session "s" {
  pattern = pattern.r
  opening = "Begin."
  limits { max_rounds = 4 } # WARNING AC6703 25-26: Limit is never reached
}
pattern "round_robin" "q" {
  participants = [agent.a, agent.b]
  max_rounds   = 1
}
session "m" {
  pattern = pattern.q
  opening = "Begin."
  limits {
    max_messages = 2
    max_turns    = 3 # WARNING AC6703 20-21: Limit is never reached
  }
}
