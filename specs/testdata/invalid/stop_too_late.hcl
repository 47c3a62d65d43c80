provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = 3
}
stop "late" {
  when      = "last.content contains 'YES'"
  min_turns = 7 # WARNING AC6605 15-16: Condition is never true
}
stop "jury" {
  judge    = agent.a
  criteria = "They agree."
  every    = 8 # WARNING AC6605 14-15: Condition is never true
}
session "s" {
  pattern = pattern.r
  opening = "Begin."
  stop    = [stop.late, stop.jury]
}
